import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../model/manual-clock.testing.js';
import { Message } from '../model/message.js';
import type { CommitGate } from '../stores/commit-gate.js';
import { GateWorld } from '../stores/gate-world.testing.js';
import { HandStore } from '../stores/hand-store.testing.js';
import { type Flushable, Turn } from './turn.js';

interface World {
  readonly clock: ManualClock;
  readonly turn: Turn;
  readonly store: HandStore;
  readonly gate: CommitGate;
  /** What happened, in order. */
  readonly log: string[];
}

function world(clock = new ManualClock()): World {
  const turn = new Turn(clock);
  const log: string[] = [];
  const store = new HandStore();
  const commit = store.commit.bind(store);
  store.commit = () => {
    log.push('commit');
    return commit();
  };
  const { gate } = new GateWorld({ store, clock, onDirty: () => turn.schedule() });
  turn.commitThrough(gate);
  return { clock, turn, store, gate, log };
}

function connection(log: string[], name: string, then: () => void = () => {}): Flushable {
  return {
    flush: () => {
      log.push(`flush ${name}`);
      then();
    },
  };
}

test('Turn commits, flushes who was touched, and then does what was put off', () => {
  const { clock, turn, gate, log } = world();
  turn.later(() => log.push('later 1'));
  turn.touch(connection(log, 'a'));
  gate.writing.openSession('c');
  turn.touch(connection(log, 'b'));
  turn.later(() => log.push('later 2'));
  assert.deepEqual(log, []);
  clock.endTurn();
  assert.deepEqual(log, ['commit', 'flush a', 'flush b', 'later 1', 'later 2']);
});

test('Turn ends once, however often it is scheduled', () => {
  const { clock, turn, log } = world();
  for (let time = 0; time < 3; time++) turn.schedule();
  turn.touch(connection(log, 'a'));
  clock.endTurn();
  clock.endTurn();
  assert.deepEqual(log, ['flush a']);
  assert.equal(clock.turnOpen, false);
});

test('Turn commits nothing when nothing was written', () => {
  const { clock, turn, store, log } = world();
  turn.touch(connection(log, 'a'));
  clock.endTurn();
  assert.equal(store.commits, 0);
});

test('Turn flushes with the next turn what is touched while it ends', () => {
  const { clock, turn, log } = world();
  const b = connection(log, 'b');
  turn.touch(connection(log, 'a', () => turn.touch(b)));
  turn.later(() => {
    log.push('later');
    turn.later(() => log.push('even later'));
    assert.ok(clock.turnOpen);
  });
  clock.endTurn();
  assert.deepEqual(log, ['flush a', 'later', 'flush b', 'even later']);
});

test('Turn releases in the same turn what waits for a commit that is under way', async () => {
  const { clock, turn, gate, store, log } = world();
  gate.wait({ committed: (ticket) => turn.touch(connection(log, `of ticket ${ticket}`)) });
  gate.writing.openSession('c');
  clock.endTurn();
  assert.deepEqual(log, ['commit']);
  await store.succeed();
  assert.ok(clock.turnOpen);
  clock.endTurn();
  assert.deepEqual(log, ['commit', 'flush of ticket 1']);
});

test('Turn works without a gate', () => {
  const clock = new ManualClock();
  const turn = new Turn(clock);
  const log: string[] = [];
  turn.touch(connection(log, 'a'));
  clock.endTurn();
  assert.deepEqual(log, ['flush a']);
});

test('Turn ends with a chunk that comes after a pause', () => {
  const { clock, turn, gate, log } = world();
  for (let time = 0; time < 2; time++) {
    clock.advance(1000);
    turn.chunkBegins(clock.nowMs());
    gate.writing.openSession('c');
    turn.touch(connection(log, 'a'));
    assert.deepEqual(log, []);
    turn.chunkEnds();
    assert.deepEqual(log.splice(0), time === 0 ? ['commit', 'flush a'] : ['flush a']);
    assert.equal(clock.turnOpen, false);
  }
});

test('Turn does not end with a chunk that had no effect', () => {
  const { clock, turn, log } = world();
  clock.advance(1000);
  turn.chunkBegins(clock.nowMs());
  turn.chunkEnds();
  assert.equal(clock.turnOpen, false);
  turn.touch(connection(log, 'a'));
  assert.deepEqual([log, clock.turnOpen], [[], true]);
});

test('Turn has chunks in common that come one after the other', () => {
  const { clock, turn, log } = world();
  clock.advance(1000);
  for (const name of ['a', 'b', 'c']) {
    turn.chunkBegins(clock.nowMs());
    turn.touch(connection(log, name));
    turn.chunkEnds();
  }
  assert.deepEqual(log, ['flush a']);
  clock.endTurn();
  assert.deepEqual(log, ['flush a', 'flush b', 'flush c']);
});

test('Turn that is open takes a chunk in, though it comes after a pause', () => {
  const { clock, turn, log } = world();
  turn.touch(connection(log, 'a'));
  clock.advance(1000);
  turn.chunkBegins(clock.nowMs());
  turn.touch(connection(log, 'b'));
  turn.chunkEnds();
  assert.deepEqual(log, []);
  clock.endTurn();
  assert.deepEqual(log, ['flush a', 'flush b']);
});

test('Turn puts off what a chunk puts off, also when it ends with the chunk', () => {
  const { clock, turn, log } = world();
  clock.advance(1000);
  turn.chunkBegins(clock.nowMs());
  turn.later(() => {
    log.push('later');
    turn.touch(connection(log, 'a'));
  });
  turn.chunkEnds();
  assert.deepEqual(log, ['later']);
  clock.endTurn();
  assert.deepEqual(log, ['later', 'flush a']);
});

/** Each turn takes a fiftieth of a millisecond. */
class SlowTurns extends ManualClock {
  override endOfTurn(task: () => void): void {
    super.endOfTurn(() => {
      this.advance(0.02);
      task();
    });
  }
}

/** A message that nobody acknowledges, and its commit. */
function neverAcknowledged(gate: CommitGate): void {
  const outer = gate.begin();
  gate.enlist({ clientId: 'c', sequence: 0, qos: 1, retained: false }, false);
  const payload = new Uint8Array(1);
  gate.seal(Message.of({ topic: 't', payload, qos: 1, retain: false }), outer);
}

test('Turn leaves its core to others where it waits for acknowledgements alone', () => {
  const { clock, gate, log } = world(new SlowTurns());
  neverAcknowledged(gate);
  clock.endTurn();
  assert.deepEqual(log, ['commit']);
  assert.ok(clock.rests > 5 && clock.rests < 20, String(clock.rests)); // for 0.25 of 0.4 ms
});

test('Turn keeps its core where it has something to write', () => {
  const { clock, turn, gate, log } = world(new SlowTurns());
  const busy = connection(log, 'a', () => {
    if (log.length < 100) turn.touch(busy);
  });
  turn.touch(busy);
  neverAcknowledged(gate);
  clock.endTurn();
  assert.ok(log.indexOf('commit') > 5);
  assert.equal(clock.rests, 0);
});

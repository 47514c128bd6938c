import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messageOf } from '../routing/recording-subscriber.testing.js';
import type { Limits } from '../model/limits.js';
import type { CommitGate, CommitWaiter } from './commit-gate.js';
import { GateWorld } from './gate-world.testing.js';
import { HandStore } from './hand-store.testing.js';
import type { Recipient } from './store.js';
import { StoreLost } from './store-lost.js';

interface World extends GateWorld {
  /** How often the gate told its owner that something was written. */
  readonly dirty: { times: number };
}

interface WorldOptions {
  readonly safeAtOnce?: boolean;
  readonly limits?: Partial<Limits>;
}

function world({ safeAtOnce = false, limits = {} }: WorldOptions = {}): World {
  const dirty = { times: 0 };
  const onDirty = () => void dirty.times++;
  return Object.assign(new GateWorld({ store: new HandStore({ safeAtOnce }), limits, onDirty }), {
    dirty,
  });
}

/** Keeps the tickets it was told to be safe. */
function waiting(gate: CommitGate): number[] {
  const safe: number[] = [];
  gate.wait({ committed: (ticket) => safe.push(ticket) });
  return safe;
}

function write(gate: CommitGate): number {
  gate.writing.openSession('c');
  return gate.ticketOfAll();
}

function recipient(clientId: string, sequence = 0): Recipient {
  return { clientId, sequence, qos: 1, retained: false };
}

/** When what nobody waits for is committed, and a tick of the wheel has passed. */
const LATER_MS = 400;

test('CommitGate.ticketOfAll() is 0 while everything written is safe', async () => {
  const { store, gate } = world();
  assert.equal(gate.ticketOfAll(), 0);
  assert.equal(write(gate), 1);
  gate.commit();
  assert.equal(gate.ticketOfAll(), 1); // under way is not safe
  await store.succeed();
  assert.equal(gate.ticketOfAll(), 0);
  assert.equal(write(gate), 2);
});

test('CommitGate.ticketOfAll() is that of the commit that will hold what was written', async () => {
  const { store, gate } = world();
  assert.deepEqual([write(gate), write(gate)], [1, 1]);
  gate.commit();
  assert.deepEqual([write(gate), write(gate)], [2, 2]);
  await store.succeed();
  assert.equal(write(gate), 3); // the second commit began when the first one was safe
});

test('CommitGate.nextTicket is of the commit that will hold what is written next', async () => {
  const { store, gate } = world();
  for (let commit = 1; commit <= 2; commit++) {
    assert.equal(gate.nextTicket, commit);
    assert.equal(write(gate), commit);
    assert.equal(gate.nextTicket, commit);
    gate.commit();
    assert.equal(gate.nextTicket, commit + 1); // one under way takes nothing more
    await store.succeed();
  }
  assert.equal(world({ safeAtOnce: true }).gate.nextTicket, 0);
});

test('CommitGate tells at the first write since the last commit began, and once', async () => {
  const { store, gate, dirty } = world();
  assert.equal(dirty.times, 0);
  write(gate);
  write(gate);
  assert.equal(dirty.times, 1);
  gate.commit();
  write(gate);
  write(gate);
  assert.equal(dirty.times, 2);
  await store.succeed(); // the next begins
  write(gate);
  assert.equal(dirty.times, 3);
});

test('CommitGate.commit() begins no commit when nothing was written', () => {
  const { store, gate } = world();
  gate.commit();
  assert.equal(store.commits, 0);
  write(gate);
  gate.commit();
  gate.commit();
  assert.equal(store.commits, 1);
});

test('CommitGate has one commit under way; the next collects and follows by itself', async () => {
  const { store, gate } = world();
  const safe = waiting(gate);
  write(gate);
  gate.commit();
  for (let count = 0; count < 3; count++) {
    write(gate);
    gate.commit();
  }
  assert.deepEqual([store.commits, store.underWay], [1, 1]);
  await store.succeed();
  assert.deepEqual([store.commits, store.underWay, safe], [2, 1, [1]]);
  await store.succeed();
  assert.deepEqual([store.commits, store.underWay, safe], [2, 0, [1, 2]]);
});

test('CommitGate tells waiters each commit that is safe, until they leave', async () => {
  const { store, gate } = world();
  const safe: string[] = [];
  const one: CommitWaiter = { committed: (ticket) => safe.push(`one ${ticket}`) };
  const other: CommitWaiter = {
    committed: (ticket) => {
      safe.push(`other ${ticket}`);
      gate.leave(other);
    },
  };
  gate.wait(one);
  gate.wait(other);
  for (let count = 0; count < 2; count++) {
    write(gate);
    gate.commit();
    await store.succeed();
  }
  gate.leave(one);
  write(gate);
  gate.commit();
  await store.succeed();
  assert.deepEqual(safe, ['one 1', 'other 1', 'one 2']);
});

test('CommitGate lets nobody wait for a store that is safe at once', async () => {
  const { store, gate, dirty } = world({ safeAtOnce: true });
  const before = gate.writes;
  assert.equal(write(gate), 0);
  assert.ok(gate.writes > before);
  gate.commit();
  assert.equal(await gate.safe(gate.ticketOfAll()), true);
  await gate.end();
  assert.deepEqual(
    [store.commits, dirty.times, gate.ticketOfAll(), gate.backlogBytes],
    [0, 0, 0, 0],
  );
});

test('CommitGate acknowledges nothing while commits fail, and then all in order', async () => {
  const { store, gate, clock } = world();
  const safe = waiting(gate);
  assert.equal(write(gate), 1);
  gate.commit();
  await store.fail(new Error('disk full'));
  assert.equal(gate.failed, true);
  for (let tries = 2; tries <= 5; tries++) {
    assert.equal(write(gate), tries); // what comes meanwhile goes with the next try
    gate.commit();
    assert.equal(store.underWay, 0); // only the time begins it
    clock.advance(5100);
    assert.equal(store.commits, tries);
    await store.fail(new Error('disk full'));
    assert.deepEqual(safe, []);
    assert.notEqual(gate.ticketOfAll(), 0);
  }
  const last = write(gate);
  clock.advance(5100);
  write(gate);
  await store.succeed();
  assert.equal(gate.failed, false);
  assert.deepEqual(safe, [last]);
  await store.succeed(); // and goes on as ever
  assert.deepEqual([safe, gate.ticketOfAll()], [[last, last + 1], 0]);
});

test('CommitGate.ticketOfAll() is not 0 after a failure, also if nothing came since', async () => {
  const { store, gate } = world();
  write(gate);
  gate.commit();
  await store.fail(new Error('disk full'));
  assert.equal(gate.ticketOfAll(), 1);
});

test('CommitGate tries again later and later', async () => {
  const { store, gate, clock } = world();
  write(gate);
  gate.commit();
  const waitsMs: number[] = [];
  for (let tries = 1; tries <= 9; tries++) {
    await store.fail(new Error('disk full'));
    let waitMs = 0;
    for (; store.underWay === 0; waitMs += 100) clock.advance(100);
    waitsMs.push(waitMs);
  }
  assert.deepEqual(waitsMs, [100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
});

test('CommitGate says that the store failed and that it works again, each once', async () => {
  const { store, gate, clock, log, events, counters } = world();
  const heard: unknown[] = [];
  events.storeFailed.on((event) => heard.push(event));
  events.storeRecovered.on((event) => heard.push(event));
  write(gate);
  gate.commit();
  const error = new Error('disk full');
  await store.fail(error);
  for (let tries = 0; tries < 2; tries++) {
    clock.advance(400);
    await store.fail(new Error('disk full'));
  }
  assert.deepEqual(
    log.lines.map(({ level, fields }) => [level, fields]),
    [
      ['error', { event: 'store-failed', why: 'disk full' }],
      ['debug', { event: 'store-failure-detail', err: error }],
    ],
  );
  clock.advance(1000);
  await store.succeed();
  const [, , recovered, ...more] = log.lines;
  assert.deepEqual(more, []);
  const numbers = { downMs: 1800, retries: 3 };
  assert.deepEqual(recovered?.fields, { event: 'store-recovered', ...numbers });
  assert.deepEqual(heard, [{ error, lost: false }, numbers]);
  assert.deepEqual([counters.storeCommits, counters.storeCommitsFailed], [1, 3]);
  assert.equal(counters.commitSeconds.count, 1);
});

test('CommitGate takes a commit that does not end for a failure, until it ends', async () => {
  const { store, gate, clock, log, wheel } = world();
  const safe = waiting(gate);
  for (let commit = 1; commit <= 3; commit++) {
    write(gate);
    gate.commit();
    clock.advance(6000);
    await store.succeed();
  }
  assert.equal(gate.failed, false);
  write(gate);
  gate.commit();
  clock.advance(9900);
  assert.equal(gate.failed, false);
  clock.advance(LATER_MS);
  assert.equal(gate.failed, true);
  clock.advance(60_000);
  assert.deepEqual([log.of('store-failed').length, store.commits], [1, 4]);
  await store.succeed();
  assert.deepEqual([gate.failed, safe], [false, [1, 2, 3, 4]]);
  assert.equal(log.of('store-recovered').length, 1);
  assert.deepEqual([wheel.size, clock.timers], [0, 0]);
});

test('CommitGate tries nothing more when the store is lost', async () => {
  const { store, gate, clock, log, events } = world();
  const heard: unknown[] = [];
  events.storeFailed.on((event) => heard.push(event));
  write(gate);
  gate.commit();
  await store.fail(new Error('disk full'));
  clock.advance(LATER_MS);
  const error = new StoreLost('The thread has ended');
  await store.fail(error);
  clock.advance(3_600_000);
  assert.deepEqual([store.commits, log.of('store-failed').length], [2, 2]);
  assert.deepEqual(heard.at(-1), { error, lost: true });
  await gate.end();
  assert.deepEqual([store.commits, gate.failed], [2, true]);
});

const LITTLE = { storeBacklogBytesMax: 65_536 };

test('CommitGate is full when too much waits, whether the store fails or is slow', async () => {
  const { store, gate, clock } = world({ limits: LITTLE });
  const heard: string[] = [];
  const waiter = (name: string) => ({ hasRoom: () => void heard.push(name) });
  const gone = waiter('gone');
  gate.writingOf(messageOf('t', 'x'.repeat(30_000)));
  gate.commit();
  gate.writingOf(messageOf('t', 'x'.repeat(30_000)));
  assert.equal(gate.full, false);
  gate.writingOf(messageOf('t', 'x'.repeat(10_000)));
  assert.equal(gate.full, true);
  for (const one of [waiter('one'), gone, waiter('other')]) gate.waitForRoom(one);
  gate.leaveCrowd(gone);
  await store.fail(new Error('disk full'));
  clock.advance(LATER_MS);
  await store.fail(new Error('disk full'));
  assert.equal(gate.full, true);
  assert.ok(gate.backlogBytes > 70_000);
  clock.advance(500);
  await store.succeed();
  assert.deepEqual([gate.full, gate.backlogBytes, heard], [false, 0, ['one', 'other']]);
  write(gate);
  gate.commit();
  await store.succeed();
  assert.equal(heard.length, 2);
});

test('CommitGate counts every write, also one without a message', () => {
  const { gate } = world({ limits: LITTLE });
  let writes = 0;
  while (!gate.full) {
    gate.writing.deleteSubscription('c', 't');
    writes++;
  }
  assert.ok(writes > 100 && writes < 1000, String(writes));
});

test('CommitGate lets in only as many as there is room for', async () => {
  const { store, gate } = world({ limits: LITTLE });
  const heard: number[] = [];
  const fill = () => gate.writingOf(messageOf('t', 'x'.repeat(65_536)));
  fill();
  gate.commit();
  for (let number = 1; number <= 3; number++) {
    gate.waitForRoom({
      hasRoom: () => {
        heard.push(number);
        if (number === 2) fill();
      },
    });
  }
  await store.succeed();
  assert.deepEqual([heard, gate.full], [[1, 2], true]);
  gate.commit();
  await store.succeed();
  assert.deepEqual([heard, gate.full], [[1, 2, 3], false]);
});

test('CommitGate.safe() resolves when that ticket is safe, however often it failed', async () => {
  const { store, gate, clock } = world();
  assert.equal(await gate.safe(0), true);
  write(gate);
  gate.commit();
  const later = write(gate);
  let safe: boolean | undefined;
  const asked = gate.safe(later).then((answer) => (safe = answer));
  await store.succeed();
  assert.equal(safe, undefined);
  await store.fail(new Error('disk full'));
  clock.advance(LATER_MS);
  await store.succeed();
  await asked;
  assert.equal(safe, true);
});

const ends: readonly (readonly [
  name: string,
  act: (world: World) => Promise<void>,
  safe: boolean,
])[] = [
  ['the commit under way is safe', ({ store }) => store.succeed(), true],
  ['it fails', ({ store }) => store.fail(new Error('disk full')), false],
  ['it does not end', async ({ clock }) => clock.advance(3200), false],
];
for (const [name, act, safe] of ends) {
  test(`CommitGate.end() resolves when ${name}, and commits nothing more`, async () => {
    const one = world();
    const { store, gate, clock, wheel } = one;
    const told = waiting(gate);
    const ticket = write(gate);
    const asked = gate.safe(ticket);
    const ended = gate.end();
    assert.equal(store.underWay, 1); // it began the commit itself
    await act(one);
    await ended;
    assert.equal(await asked, safe);
    assert.equal(await gate.safe(ticket + 1), false);
    write(gate);
    gate.commit();
    clock.advance(60_000);
    assert.deepEqual([store.commits, told], [1, safe ? [ticket] : []]);
    assert.deepEqual([wheel.size, clock.timers], [0, 0]);
  });
}

test('CommitGate.done() goes with the next commit, and nobody waits for it', async () => {
  const { store, gate, clock, dirty } = world();
  gate.done('a', 0);
  gate.commit();
  assert.deepEqual([gate.ticketOfAll(), dirty.times, store.commits], [0, 0, 0]);
  assert.equal(write(gate), 1);
  gate.commit();
  await store.succeed();
  clock.advance(1000);
  gate.commit();
  assert.deepEqual([store.written[0], store.commits], ['settle a:0', 1]);
});

test('CommitGate.done() is committed by itself a little later', async () => {
  const { store, gate, clock, dirty } = world();
  gate.done('a', 0);
  gate.done('a', 1);
  clock.advance(LATER_MS);
  // Nobody waits for it.
  assert.deepEqual([gate.ticketOfAll(), dirty.times, store.commits], [0, 0, 1]);
  gate.done('a', 2);
  await store.succeed();
  assert.deepEqual([gate.ticketOfAll(), store.commits], [0, 1]);
  clock.advance(LATER_MS);
  assert.equal(store.commits, 2);
});

test('CommitGate.done() is committed behind the commit that is under way', async () => {
  const { store, gate, clock } = world();
  gate.done('a', 0);
  gate.commit();
  clock.advance(LATER_MS);
  gate.done('a', 1);
  clock.advance(LATER_MS); // due while the first is under way
  assert.equal(store.commits, 1);
  await store.succeed();
  assert.equal(store.commits, 2);
});

test('CommitGate holds no messages back for a commit that nobody waits for', async () => {
  const { store, gate, clock, dirty } = world();
  const safe = waiting(gate);
  gate.done('a', 0);
  clock.advance(LATER_MS);
  assert.equal(store.underWay, 1);
  route(gate, 1);
  gate.commit();
  assert.deepEqual([safe, gate.ticketOfAll(), dirty.times], [[], 1, 1]);
  store.hasNewMessages = false;
  gate.done('c', 0);
  assert.equal(dirty.times, 2); // it asks for a turn
  gate.commit();
  assert.deepEqual([safe, gate.ticketOfAll(), store.underWay], [[1], 0, 1]);
  assert.equal(write(gate), 2);
  gate.commit();
  assert.deepEqual([safe, store.commits], [[1], 1]); // that one has to wait
  await store.succeed();
  await store.succeed();
  assert.deepEqual([safe.at(-1), store.commits, gate.ticketOfAll()], [2, 2, 0]);
});

test('CommitGate.end() tries once more what nobody waits for, where that has failed', async () => {
  const { store, gate, clock } = world();
  gate.done('a', 0);
  clock.advance(LATER_MS);
  await store.fail(new Error('disk full'));
  const ended = gate.end();
  assert.deepEqual([store.commits, store.underWay], [2, 1]);
  await store.succeed();
  await ended;
});

test('CommitGate.done() waits no longer when the gate is full', () => {
  const { gate, dirty } = world({ limits: { storeBacklogBytesMax: 65_536 } });
  for (let sequence = 0; !gate.full; sequence++) gate.done('a', sequence);
  assert.deepEqual([gate.ticketOfAll(), dirty.times], [1, 1]);
});

test('CommitGate.end() commits what is done', async () => {
  const { store, gate } = world();
  gate.done('a', 0);
  const ended = gate.end();
  assert.equal(store.commits, 1);
  await store.succeed();
  await ended;
});

test('CommitGate.end() waits for all that was written', async () => {
  const { store, gate } = world();
  await world().gate.end(); // nothing to wait for
  write(gate);
  gate.commit();
  write(gate);
  let done = false;
  const ended = gate.end().then(() => (done = true));
  await store.succeed();
  assert.equal(done, false);
  await store.succeed();
  await ended;
});

test('CommitGate.end() tries once more while commits fail', async () => {
  for (const works of [true, false]) {
    const { store, gate, clock, wheel } = world();
    const told = waiting(gate);
    write(gate);
    gate.commit();
    await store.fail(new Error('disk full'));
    const ended = gate.end();
    assert.equal(store.underWay, 1);
    if (works) await store.succeed();
    else await store.fail(new Error('disk full'));
    await ended;
    clock.advance(60_000);
    assert.deepEqual([store.commits, told], [2, works ? [1] : []]);
    assert.equal(wheel.size, 0);
  }
});

test('CommitGate.writes grows with every write', () => {
  const { gate } = world();
  const before = gate.writes;
  assert.equal(gate.writes, before);
  write(gate);
  const after = gate.writes;
  assert.ok(after > before);
  gate.commit();
  assert.equal(gate.writes, after);
});

test('CommitGate.seal() writes a message once, with all who were enlisted', () => {
  const { store, gate } = world();
  const outer = gate.begin();
  gate.enlist(recipient('a', 3), false);
  gate.enlist({ clientId: 'b', sequence: 0, qos: 2, retained: true }, false);
  assert.equal(gate.seal(messageOf('t', 'm'), outer), true);
  assert.deepEqual(store.written, ['append t=m for a:3@1, b:0@2 retained']);
});

test('CommitGate.settle() tells the store of a message behind the message itself', () => {
  const { store, gate } = world();
  const outer = gate.begin();
  const to = (sequence: number) => ({ clientId: 'a', sequence, qos: 1, retained: false }) as const;
  gate.enlist(to(0), false);
  gate.settle('a', 0); // it makes room for its own second copy
  const inner = gate.begin();
  gate.settle('a', 7);
  gate.seal(messageOf('inner'), inner);
  gate.enlist(to(1), false);
  gate.seal(messageOf('t', 'm'), outer);
  gate.settle('a', 1);
  assert.deepEqual(store.written, [
    'append t=m for a:0@1, a:1@1',
    'settle a:0',
    'settle a:7',
    'settle a:1',
  ]);
});

test('CommitGate.seal() writes nothing when nobody was enlisted', () => {
  const { store, gate, dirty } = world();
  const outer = gate.begin();
  assert.equal(gate.seal(messageOf('t'), outer), false);
  assert.deepEqual([store.written, dirty.times, gate.ticketOfAll()], [[], 0, 0]);
});

test('CommitGate.begin() may be called while another message is routed', () => {
  const { store, gate } = world();
  const outermost = gate.begin();
  gate.enlist(recipient('a'), false);
  const outer = gate.begin();
  gate.enlist(recipient('b'), false);
  const inner = gate.begin();
  gate.seal(messageOf('third'), inner);
  gate.enlist(recipient('c'), false);
  gate.seal(messageOf('second'), outer);
  gate.enlist(recipient('d'), false);
  gate.seal(messageOf('first'), outermost);
  assert.deepEqual(store.written, [
    'append second=m for b:0@1, c:0@1',
    'append first=m for a:0@1, d:0@1',
  ]);
});

/** Routes as many messages to a session. */
function route(gate: CommitGate, messages: number, { qos = 1, isAway = false }: Routed = {}): void {
  for (let sequence = 0; sequence < messages; sequence++) {
    const outer = gate.begin();
    gate.enlist({ ...recipient('c', sequence), qos }, isAway);
    gate.seal(messageOf('t'), outer);
  }
}

interface Routed {
  readonly qos?: 1 | 2;
  readonly isAway?: boolean;
}

test('CommitGate puts a commit of messages off, and needs none when all have settled', async () => {
  for (const messages of [1, 1000]) {
    const { store, gate, dirty, clock, wheel, counters } = world();
    const safe = waiting(gate);
    route(gate, messages);
    const asked = gate.safe(gate.ticketOfAll());
    store.hasChanges = false;
    gate.commit();
    // It asks for a turn.
    assert.deepEqual([store.commits, dirty.times, gate.ticketOfAll()], [0, 2, 1]);
    gate.done('c', 0);
    store.hasNewMessages = false;
    gate.commit();
    assert.equal(await asked, true);
    assert.deepEqual([safe, gate.ticketOfAll(), gate.backlogBytes], [[1], 0, 0]);
    clock.advance(1000);
    gate.commit();
    assert.deepEqual([store.commits, wheel.size, counters.storeCommits], [0, 0, 0]);
    store.hasNewMessages = true;
    assert.equal(write(gate), 2);
    gate.commit();
    await store.succeed();
    assert.deepEqual([safe, counters.storeCommits], [[1, 2], 1]);
  }
});

test('CommitGate commits later what such messages have left to be written', async () => {
  const { store, gate, clock } = world();
  const safe = waiting(gate);
  route(gate, 1);
  gate.done('c', 0);
  store.hasNewMessages = false;
  gate.commit();
  assert.deepEqual([safe, store.commits], [[1], 0]);
  assert.ok(gate.backlogBytes > 0);
  clock.advance(LATER_MS);
  gate.commit();
  await store.succeed();
  assert.deepEqual([store.commits, gate.backlogBytes], [1, 0]);
});

test('CommitGate commits nothing later where nothing is left to be written', () => {
  const { store, gate, clock, dirty } = world();
  gate.done('c', 0);
  store.hasChanges = false;
  clock.advance(1000);
  assert.deepEqual([gate.ticketOfAll(), dirty.times], [0, 0]);
});

test('CommitGate needs no commit for what has settled while another was under way', async () => {
  const { store, gate } = world();
  const safe = waiting(gate);
  write(gate);
  gate.commit();
  route(gate, 1);
  gate.commit();
  store.hasNewMessages = false;
  store.hasChanges = false;
  await store.succeed();
  assert.deepEqual([safe, store.commits, gate.ticketOfAll()], [[2], 1, 0]);
});

/** One commit under way with ticket 1, then a message with ticket 2. */
function behindACommit(): World & { readonly told: number[] } {
  const parts = world();
  const told = waiting(parts.gate);
  write(parts.gate);
  parts.gate.commit();
  route(parts.gate, 1);
  return Object.assign(parts, { told });
}

/** A commit of one message alone under way, with ticket 1. */
function duringItsCommit(): World & { readonly told: number[] } {
  const parts = world();
  const told = waiting(parts.gate);
  route(parts.gate, 1);
  parts.gate.commit();
  parts.clock.advance(1);
  parts.gate.commit();
  assert.equal(parts.store.underWay, 1);
  return Object.assign(parts, { told });
}

/** All have acknowledged what the commit under way holds: so says the store, and the turn ends. */
function acknowledgeUnderWay({ store, gate }: World): void {
  store.hasMessagesUnderWay = false;
  gate.done('c', 0);
  gate.commit();
}

test('CommitGate waits no longer for a commit whose messages all have settled', async () => {
  const parts = duringItsCommit();
  const { store, gate, dirty, told } = parts;
  const asked = gate.safe(1);
  gate.done('other', 0);
  gate.commit();
  assert.deepEqual([told, gate.isSafe(1), dirty.times], [[], false, 2]);
  acknowledgeUnderWay(parts);
  assert.equal(dirty.times, 3); // it asks for a turn
  assert.equal(await asked, true);
  assert.deepEqual([told, gate.isSafe(1), gate.ticketOfAll(), store.underWay], [[1], true, 0, 1]);
  assert.equal(write(gate), 2);
  gate.commit();
  assert.deepEqual([gate.isSafe(2), store.commits], [false, 1]); // one at a time
  await store.succeed();
  await store.succeed();
  assert.deepEqual([gate.isSafe(2), told.at(-1), store.commits], [true, 2, 2]);
});

test('CommitGate waits for the commit under way when a message of it is dropped', async () => {
  const parts = duringItsCommit();
  const { store, gate } = parts;
  gate.settle('c', 0);
  acknowledgeUnderWay(parts);
  assert.equal(gate.isSafe(1), false);
  await store.succeed();
  assert.deepEqual([gate.isSafe(1), gate.isSafe(2), store.underWay], [true, false, 1]);
  await store.succeed();
  assert.equal(gate.isSafe(2), true);
});

test('CommitGate keeps a ticket safe whose commit fails when all have settled', async () => {
  const parts = duringItsCommit();
  const { store, gate, clock, told } = parts;
  acknowledgeUnderWay(parts);
  await store.fail(new Error('disk full'));
  assert.deepEqual([gate.isSafe(1), gate.failed, gate.ticketOfAll()], [true, true, 0]);
  store.hasMessagesUnderWay = true;
  assert.equal(write(gate), 2);
  gate.commit();
  assert.deepEqual([gate.isSafe(1), gate.isSafe(2)], [true, false]);
  clock.advance(5100);
  acknowledgeUnderWay(parts); // nothing is spared while commits fail
  assert.deepEqual([store.underWay, gate.isSafe(2), told], [1, false, [1]]);
  await store.succeed();
  assert.deepEqual([gate.isSafe(2), told.at(-1)], [true, 2]);
});

test('CommitGate.ticketOfAll() is over with the messages of the commit under way', () => {
  const parts = duringItsCommit();
  route(parts.gate, 1);
  assert.equal(parts.gate.ticketOfAll(), 2); // what commit 1 holds, too
  parts.store.hasNewMessages = false;
  acknowledgeUnderWay(parts);
  assert.deepEqual([parts.gate.isSafe(1), parts.gate.isSafe(2)], [true, true]);
});

test('CommitGate.end() waits for a commit that nobody waits for any more', async () => {
  const parts = duringItsCommit();
  parts.store.hasNewMessages = false;
  parts.store.hasChanges = false;
  acknowledgeUnderWay(parts);
  let ended = false;
  const end = parts.gate.end().then(() => (ended = true));
  await Promise.resolve();
  assert.equal(ended, false);
  await parts.store.succeed();
  await end;
});

/** All have acknowledged the message: so says the store, and the turn ends. */
function acknowledge({ store, gate }: World): void {
  store.hasNewMessages = false;
  gate.done('c', 0);
  gate.commit();
}

test('CommitGate holds no messages back for a commit that others wait for', async () => {
  const parts = behindACommit();
  const { store, gate, told } = parts;
  assert.equal(gate.ticketOfLast, 2);
  const [first, second] = [gate.safe(1), gate.safe(2)];
  let isFirstSafe = false;
  void first.then(() => (isFirstSafe = true));
  acknowledge(parts);
  assert.equal(await second, true);
  assert.deepEqual([isFirstSafe, told, store.commits], [false, [2], 1]);
  assert.deepEqual([gate.isSafe(1), gate.isSafe(2), gate.isSafe(3)], [false, true, false]);
  assert.deepEqual([gate.ticketOfAll(), gate.ticketOfLast], [1, 1]); // not all is safe
  await store.succeed();
  assert.equal(await first, true);
  assert.deepEqual([gate.isSafe(1), gate.isSafe(3), gate.ticketOfAll()], [true, false, 0]);
});

test('CommitGate holds a message back for the commit under way, if one is missing', async () => {
  const { store, gate, told } = behindACommit();
  gate.done('c', 0);
  gate.commit();
  assert.deepEqual([gate.isSafe(2), told], [false, []]);
  await store.succeed();
  assert.deepEqual([gate.isSafe(2), told], [false, [1]]);
});

test('CommitGate.ticketOfAll() waits for the commit under way, whoever needs none', async () => {
  const parts = behindACommit();
  const { store, gate, told } = parts;
  assert.equal(gate.ticketOfAll(), 2); // what commit 1 holds, too
  acknowledge(parts);
  assert.deepEqual([gate.isSafe(2), told], [false, []]);
  await store.succeed();
  assert.deepEqual([gate.isSafe(2), told.at(-1), store.commits], [true, 2, 1]);
  write(gate);
  gate.commit();
  route(gate, 1);
  acknowledge(parts);
  assert.deepEqual([gate.isSafe(3), gate.isSafe(4)], [false, true]); // that was for one ticket
});

test('CommitGate keeps a failed commit in doubt, and not what needs none', async () => {
  const parts = behindACommit();
  const { store, gate, clock, told } = parts;
  acknowledge(parts);
  await store.fail(new Error('disk full'));
  store.hasNewMessages = true;
  route(gate, 1);
  acknowledge(parts); // nothing is spared while commits fail
  assert.deepEqual([gate.isSafe(1), gate.isSafe(2), gate.isSafe(3)], [false, true, false]);
  clock.advance(5100);
  route(gate, 1);
  acknowledge(parts);
  assert.deepEqual([gate.isSafe(1), gate.isSafe(3), gate.isSafe(4)], [false, false, false]);
  await store.fail(new Error('disk full'));
  clock.advance(5100);
  await store.succeed();
  assert.deepEqual([gate.isSafe(1), gate.isSafe(4), told.at(-1)], [true, true, 4]);
});

test('CommitGate.end() waits for the commit under way, though newer ones are safe', async () => {
  const parts = behindACommit();
  acknowledge(parts);
  let ended = false;
  const end = parts.gate.end().then(() => (ended = true));
  await Promise.resolve();
  assert.equal(ended, false);
  await parts.store.succeed();
  await end;
  assert.equal(parts.gate.isSafe(1), true);
});

test('CommitGate commits later what nobody waits for, and takes no message along', async () => {
  const parts = world();
  const { store, gate, clock } = parts;
  const safe = waiting(gate);
  gate.done('c', 0);
  route(gate, 1);
  clock.advance(LATER_MS); // due, but the message may need no commit
  assert.equal(store.commits, 0);
  acknowledge(parts);
  assert.deepEqual([safe, store.commits, gate.ticketOfAll()], [[1], 1, 0]);
  await store.succeed();
  assert.deepEqual([safe.at(-1), store.commits], [1, 1]);
});

test('CommitGate.end() commits what is due and has waited for a message', async () => {
  const { store, gate, clock } = world();
  gate.done('c', 0);
  route(gate, 1);
  clock.advance(LATER_MS);
  const ended = gate.end();
  assert.equal(store.commits, 1);
  await store.succeed();
  await ended;
});

const NEEDED: readonly (readonly [what: string, act: (gate: CommitGate) => void])[] = [
  ['a session was written', (gate) => gate.writing.openSession('c')],
  [
    'a message is retained',
    (gate) => gate.writingOf(messageOf('t')).putRetained(messageOf('t'), 1),
  ],
  ['a client is away', (gate) => route(gate, 1, { isAway: true })],
  ['a message has QoS 2', (gate) => route(gate, 1, { qos: 2 })],
];
for (const [what, act] of NEEDED) {
  test(`CommitGate commits at once where ${what}, though a message may settle`, async () => {
    const { store, gate } = world();
    route(gate, 1);
    act(gate);
    gate.commit();
    assert.equal(store.commits, 1);
    store.hasNewMessages = false;
    store.hasMessagesUnderWay = false;
    gate.done('c', 0);
    gate.commit();
    assert.equal(gate.isSafe(1), false);
    await store.succeed();
    route(gate, 1);
    act(gate);
    gate.commit();
    assert.equal(store.commits, 2); // nor is it spared
  });
}

test('CommitGate puts a commit of many messages off, whatever else it holds', async () => {
  const { store, gate, clock } = world();
  write(gate);
  route(gate, 256);
  gate.commit();
  assert.equal(store.commits, 0);
  clock.advance(1);
  gate.commit();
  assert.equal(store.commits, 1);
});

for (const routed of [{ isAway: true }, { qos: 2 }] as const) {
  test(`CommitGate puts no commit off for messages ${JSON.stringify(routed)}`, () => {
    const { store, gate } = world();
    route(gate, 1000, routed);
    route(gate, 255);
    gate.commit();
    assert.equal(store.commits, 1);
  });
}

test('CommitGate counts as safe without a commit only what has no receiver that is away', () => {
  const { store, gate } = world();
  for (let sequence = 0; sequence < 256; sequence++) {
    const outer = gate.begin();
    gate.enlist(recipient('there', sequence), false);
    gate.enlist(recipient('away', sequence), true);
    gate.seal(messageOf('t'), outer);
  }
  gate.commit();
  assert.equal(store.commits, 1);
});

test('CommitGate knows of each message routed from inside another who gets it', () => {
  for (const innerIsAway of [true, false]) {
    const { store, gate } = world();
    for (let sequence = 0; sequence < 256; sequence++) {
      const outermost = gate.begin();
      gate.enlist(recipient('a', sequence), !innerIsAway);
      // Another one, of which nothing is counted for the first.
      const outer = gate.begin();
      gate.enlist(recipient('b', sequence), innerIsAway);
      gate.seal(messageOf('inner'), outer);
      gate.seal(messageOf('outer'), outermost);
    }
    gate.commit();
    // 256 of the 512 may need no commit in both cases.
    assert.equal(store.commits, 0);
  }
});

test('CommitGate says when it waits for acknowledgements that do not come', () => {
  const { gate, clock } = world();
  route(gate, 1);
  const seen: boolean[] = [];
  for (const ms of [0, 0.1, 0.1, 0.1, 0.2]) {
    clock.advance(ms);
    gate.commit();
    seen.push(gate.isStill);
  }
  assert.deepEqual(seen, [false, false, true, true, false]); // then the commit is under way
});

test('CommitGate begins the commit when nobody acknowledges', () => {
  const { store, gate, clock } = world();
  route(gate, 256);
  gate.done('other', 0);
  gate.commit();
  clock.advance(1);
  gate.commit();
  assert.equal(store.commits, 1);
});

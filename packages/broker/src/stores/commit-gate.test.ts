import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messageOf } from '../routing/recording-subscriber.testing.js';
import { CommitGate, type CommitWaiter } from './commit-gate.js';
import { HandStore } from './hand-store.testing.js';
import type { Recipient } from './store.js';

interface World {
  readonly store: HandStore;
  readonly gate: CommitGate;
  /** What the gate told its owner. */
  readonly told: unknown[];
}

function world({ safeAtOnce = false } = {}): World {
  const store = new HandStore({ safeAtOnce });
  const told: unknown[] = [];
  const gate = new CommitGate(
    store,
    () => told.push('dirty'),
    (error) => told.push(error),
  );
  return { store, gate, told };
}

/** Keeps the tickets it was told to be safe. */
function waiting(gate: CommitGate): number[] {
  const safe: number[] = [];
  gate.wait({ committed: (ticket) => safe.push(ticket) });
  return safe;
}

function write(gate: CommitGate): number {
  gate.writing.openSession('c');
  return gate.ticket;
}

function recipient(clientId: string, sequence = 0): Recipient {
  return { clientId, sequence, qos: 1, retained: false };
}

test('CommitGate.ticket is 0 while everything written is safe', async () => {
  const { store, gate } = world();
  assert.equal(gate.ticket, 0);
  assert.equal(write(gate), 1);
  gate.commit();
  assert.equal(gate.ticket, 1); // under way is not safe
  await store.succeed();
  assert.equal(gate.ticket, 0);
  assert.equal(write(gate), 2);
});

test('CommitGate.ticket is that of the commit which will hold what was written', async () => {
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
  const { store, gate, told } = world();
  assert.deepEqual(told, []);
  write(gate);
  write(gate);
  assert.deepEqual(told, ['dirty']);
  gate.commit();
  write(gate);
  write(gate);
  assert.deepEqual(told, ['dirty', 'dirty']);
  await store.succeed(); // the next begins
  write(gate);
  assert.deepEqual(told, ['dirty', 'dirty', 'dirty']);
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
  const { store, gate, told } = world({ safeAtOnce: true });
  const before = gate.writes;
  assert.equal(write(gate), 0);
  assert.ok(gate.writes > before);
  gate.commit();
  await gate.settled();
  assert.deepEqual([store.commits, told, gate.ticket], [0, [], 0]);
});

test('CommitGate acknowledges nothing any more, once a commit failed', async () => {
  const { store, gate, told } = world();
  const safe = waiting(gate);
  const ticket = write(gate);
  gate.commit();
  const later = write(gate);
  told.length = 0;
  const error = new Error('disk full');
  await store.fail(error);
  assert.equal(gate.failed, true);
  assert.deepEqual(told, [error]);
  assert.ok(gate.ticket >= ticket);

  write(gate);
  gate.commit();
  assert.deepEqual([store.commits, safe], [1, []]);
  assert.ok(gate.ticket >= later);
  assert.equal(told.filter((one) => one === error).length, 1);
});

test('CommitGate.ticket is not 0 after a failure, though nothing was written since', async () => {
  const { store, gate } = world();
  write(gate);
  gate.commit();
  await store.fail(new Error('disk full'));
  assert.notEqual(gate.ticket, 0);
});

test('CommitGate.settled() resolves when all that was written is safe', async () => {
  const { store, gate } = world();
  await gate.settled(); // nothing to wait for
  write(gate);
  gate.commit();
  write(gate);
  let settled = false;
  const done = gate.settled().then(() => {
    settled = true;
  });
  await store.succeed();
  assert.equal(settled, false);
  await store.succeed();
  await done;
  assert.equal(gate.ticket, 0);
});

test('CommitGate.settled() does not wait for what is written later', async () => {
  const { store, gate } = world();
  write(gate);
  const done = gate.settled();
  assert.equal(store.underWay, 1); // it began the commit itself
  write(gate);
  await store.succeed();
  await done;
  assert.notEqual(gate.ticket, 0);
});

test('CommitGate.settled() resolves when the store has failed', async () => {
  const { store, gate } = world();
  write(gate);
  const done = gate.settled();
  await store.fail(new Error('disk full'));
  await done;
  await gate.settled();
  assert.equal(gate.failed, true);
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
  gate.enlist(recipient('a', 3));
  gate.enlist({ clientId: 'b', sequence: 0, qos: 2, retained: true });
  gate.seal(messageOf('t', 'm'), outer);
  assert.deepEqual(store.written, ['append t=m for a:3@1, b:0@2 retained']);
});

test('CommitGate.settle() tells the store of a message behind the message itself', () => {
  const { store, gate } = world();
  const outer = gate.begin();
  const to = (sequence: number) => ({ clientId: 'a', sequence, qos: 1, retained: false }) as const;
  gate.enlist(to(0));
  gate.settle('a', 0); // it makes room for its own second copy
  const inner = gate.begin();
  gate.settle('a', 7);
  gate.seal(messageOf('inner'), inner);
  gate.enlist(to(1));
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
  const { store, gate, told } = world();
  const outer = gate.begin();
  gate.seal(messageOf('t'), outer);
  assert.deepEqual([store.written, told, gate.ticket], [[], [], 0]);
});

test('CommitGate.begin() may be called while another message is routed', () => {
  const { store, gate } = world();
  const outermost = gate.begin();
  gate.enlist(recipient('a'));
  const outer = gate.begin();
  gate.enlist(recipient('b'));
  const inner = gate.begin();
  gate.seal(messageOf('third'), inner);
  gate.enlist(recipient('c'));
  gate.seal(messageOf('second'), outer);
  gate.enlist(recipient('d'));
  gate.seal(messageOf('first'), outermost);
  assert.deepEqual(store.written, [
    'append second=m for b:0@1, c:0@1',
    'append first=m for a:0@1, d:0@1',
  ]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HandOutbox } from './hand-outbox.testing.js';
import { MemoryOutbox } from './memory-outbox.js';
import { gateOf } from './outbox-gate.js';

const unwanted = () => assert.fail('nobody should be told');

const settled = () =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

test('OutboxGate makes nobody wait for an outbox that is safe at once, or for none', () => {
  for (const outbox of [new MemoryOutbox(), undefined]) {
    const gate = gateOf(outbox, { written: unwanted, outboxFailed: unwanted });
    gate.writing?.remove(1);
    let ran = false;
    gate.whenSafe(() => (ran = true));
    assert.equal(ran, true);
  }
});

test('OutboxGate runs tasks in order when the flush of their writes has ended', async () => {
  const outbox = new HandOutbox();
  let dirty = 0;
  const gate = gateOf(outbox, { written: () => dirty++, outboxFailed: unwanted });
  const ran: string[] = [];
  gate.writing?.addReceived(1);
  gate.whenSafe(() => ran.push('first'));
  gate.flush();
  gate.writing?.addReceived(2);
  gate.whenSafe(() => ran.push('second'));
  gate.flush(); // one at a time
  outbox.succeed();
  await settled();
  assert.deepEqual(ran, ['first']);
  assert.equal(outbox.flushing, true);
  outbox.succeed();
  await settled();
  assert.deepEqual(ran, ['first', 'second']);
  assert.equal(dirty, 2);
  gate.whenSafe(() => ran.push('third'));
  assert.deepEqual(ran, ['first', 'second', 'third']);
});

test('OutboxGate keeps everybody waiting when a flush fails, until one succeeds', async () => {
  const outbox = new HandOutbox();
  const errors: unknown[] = [];
  const gate = gateOf(outbox, {
    written() {},
    outboxFailed: (error) => errors.push(error),
  });
  let ran = false;
  gate.writing?.addReceived(1);
  gate.whenSafe(() => (ran = true));
  gate.flush();
  outbox.fail();
  await settled();
  assert.equal(ran, false);
  assert.equal(errors.length, 1);
  gate.flush();
  outbox.succeed();
  await settled();
  assert.equal(ran, true);
  assert.deepEqual((await outbox.load()).received, [1]);
});

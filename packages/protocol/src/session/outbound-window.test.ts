import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PACKET_ID_MAX } from '../limits.js';
import { packetIdOf } from '../packets/packet-id.js';
import { MISMATCH, OutboundWindow, UNKNOWN } from './outbound-window.js';
import { anyWindowStep, ModelWindow } from './outbound-window.testing.js';

type Act = 'send1' | 'send2' | 'puback' | 'pubrec' | 'pubcomp';
/** Each row acts on sequence number 0, whose identifier is 1; the last answer is what is told. */
const flows: readonly (readonly [acts: readonly Act[], answer: number, inflight: number])[] = [
  [['puback'], UNKNOWN, 0],
  [['pubrec'], UNKNOWN, 0],
  [['pubcomp'], UNKNOWN, 0],
  [['send1', 'puback'], 0, 0],
  [['send1', 'pubrec'], MISMATCH, 1],
  [['send1', 'pubcomp'], MISMATCH, 1],
  [['send1', 'puback', 'puback'], UNKNOWN, 0],
  [['send2', 'puback'], MISMATCH, 1],
  [['send2', 'pubcomp'], MISMATCH, 1],
  [['send2', 'pubrec'], 0, 1],
  [['send2', 'pubrec', 'pubrec'], 0, 1],
  [['send2', 'pubrec', 'puback'], MISMATCH, 1],
  [['send2', 'pubrec', 'pubcomp'], 0, 0],
  [['send2', 'pubrec', 'pubcomp', 'pubcomp'], UNKNOWN, 0],
  [['send2', 'pubrec', 'pubcomp', 'pubrec'], UNKNOWN, 0],
];

for (const [acts, answer, inflight] of flows) {
  const told = answer === UNKNOWN ? 'UNKNOWN' : answer === MISMATCH ? 'MISMATCH' : answer;
  test(`OutboundWindow answers ${told} to ${acts.join(', ')}`, () => {
    const window = new OutboundWindow<string>(10);
    const perform: Record<Act, () => number> = {
      send1: () => window.send(0, 1, 'm'),
      send2: () => window.send(0, 2, 'm'),
      puback: () => window.acknowledge(1),
      pubrec: () => window.received(1),
      pubcomp: () => window.complete(1),
    };
    const answers = acts.map((act) => perform[act]());
    assert.equal(answers.at(-1), answer);
    assert.equal(window.inflight, inflight);
  });
}

test('OutboundWindow.send() gives the identifier of the sequence number', () => {
  const window = new OutboundWindow<string>(10);
  for (const sequence of [0, 1, 5, 65_530]) {
    assert.equal(window.send(sequence, 1, 'm'), packetIdOf(sequence));
  }
});

test('OutboundWindow.unacknowledged() gives what is in flight, oldest first', () => {
  const window = new OutboundWindow<string>(10);
  window.send(3, 1, 'a');
  window.send(4, 2, 'b');
  window.send(7, 2, 'c'); // 5 and 6 went to nobody
  window.send(8, 1, 'd');
  window.send(9, 1, 'e');
  window.received(packetIdOf(7));
  window.acknowledge(packetIdOf(8));
  assert.deepEqual(
    [...window.unacknowledged()],
    [
      { sequence: 3, packetId: 4, qos: 1, released: false, message: 'a' },
      { sequence: 4, packetId: 5, qos: 2, released: false, message: 'b' },
      { sequence: 7, packetId: 8, qos: 2, released: true, message: undefined },
      { sequence: 9, packetId: 10, qos: 1, released: false, message: 'e' },
    ],
  );
  assert.deepEqual(
    [...window.unacknowledged(5)].map(({ sequence }) => sequence),
    [7, 9],
  );
  assert.deepEqual([...window.unacknowledged(10)], []);
});

test('OutboundWindow.end is one above the newest that was sent', () => {
  const window = new OutboundWindow<string>(10);
  assert.equal(window.end, 0);
  window.send(3, 1, 'a');
  window.send(7, 1, 'b');
  window.acknowledge(packetIdOf(7));
  assert.equal(window.end, 8);
});

test('OutboundWindow.unacknowledged() changes nothing', () => {
  const window = new OutboundWindow<string>(10);
  window.send(0, 1, 'a');
  window.send(1, 2, 'b');
  assert.deepEqual([...window.unacknowledged()], [...window.unacknowledged()]);
  assert.equal(window.inflight, 2);
});

test('OutboundWindow.hasRoom() is false while inflightMax messages are in flight', () => {
  const window = new OutboundWindow<string>(2);
  assert.ok(window.hasRoom(0));
  window.send(0, 1, 'a');
  assert.ok(window.hasRoom(1));
  window.send(1, 2, 'b');
  assert.equal(window.hasRoom(2), false);
  window.received(packetIdOf(1));
  assert.equal(window.hasRoom(2), false); // released is not done
  window.complete(packetIdOf(1));
  assert.ok(window.hasRoom(2));
});

test('OutboundWindow.hasRoom() is false where an identifier in flight would come again', () => {
  const window = new OutboundWindow<string>(65_534);
  window.send(100, 1, 'oldest');
  assert.ok(window.hasRoom(100 + PACKET_ID_MAX - 1));
  assert.equal(window.hasRoom(100 + PACKET_ID_MAX), false);
  assert.equal(window.hasRoom(100 + 2 * PACKET_ID_MAX), false);
  window.acknowledge(packetIdOf(100));
  assert.ok(window.hasRoom(100 + PACKET_ID_MAX)); // nothing is in flight any more
});

/** The oldest message is never acknowledged, all others at once. */
test('OutboundWindow has no room, once its oldest message has waited for 65,535 numbers', () => {
  const window = new OutboundWindow<number>(10);
  const start = 40_000; // so that identifiers wrap around in the middle
  window.send(start, 1, start);
  let sequence = start + 1;
  for (; window.hasRoom(sequence); sequence++) {
    const packetId = window.send(sequence, 1, sequence);
    assert.notEqual(packetId, packetIdOf(start));
    assert.equal(window.acknowledge(packetId), sequence);
  }
  assert.equal(sequence, start + PACKET_ID_MAX);
  assert.equal(window.acknowledge(packetIdOf(start)), start);
  assert.ok(window.hasRoom(sequence));
  assert.equal(window.send(sequence, 1, sequence), packetIdOf(start));
});

test('OutboundWindow holds 65,534 messages at one time and takes them back in any order', () => {
  const window = new OutboundWindow<number>(65_534);
  const start = 65_000;
  const packetIds = new Set<number>();
  for (let count = 0; count < 65_534; count++) {
    assert.ok(window.hasRoom(start + count));
    packetIds.add(window.send(start + count, 1, count));
  }
  assert.equal(packetIds.size, 65_534);
  assert.equal(window.hasRoom(start + 65_534), false);
  const backwards = [...packetIds].toReversed();
  for (const packetId of backwards) assert.ok(window.acknowledge(packetId) >= start);
  assert.equal(window.inflight, 0);
});

test('OutboundWindow keeps no message once the peer owns it', () => {
  const window = new OutboundWindow<string>(10);
  window.send(0, 2, 'a');
  window.send(1, 1, 'b');
  window.received(1);
  window.acknowledge(2);
  window.send(2, 1, 'c');
  assert.deepEqual(
    [...window.unacknowledged()].map(({ message }) => message),
    [undefined, 'c'],
  );
});

test('OutboundWindow.restoreReleased() puts back a message whose PUBREL is due', () => {
  const window = new OutboundWindow<string>(2);
  for (const sequence of [4, 9, 60_000]) window.restoreReleased(sequence);
  assert.equal(window.hasRoom(60_001), false); // more than inflightMax, which was higher before
  assert.deepEqual(
    [...window.unacknowledged()],
    [
      { sequence: 4, packetId: 5, qos: 2, released: true, message: undefined },
      { sequence: 9, packetId: 10, qos: 2, released: true, message: undefined },
      { sequence: 60_000, packetId: 60_001, qos: 2, released: true, message: undefined },
    ],
  );
  assert.equal(window.received(5), 4);
  assert.equal(window.acknowledge(5), MISMATCH);
  assert.equal(window.complete(5), 4);
});

/**
 * Goal: at any time the window answers as a plain list of messages does.
 * Method: sequence numbers that skip and wrap around, answers with identifiers in flight or not, in
 * any order, compared with the model after each step.
 */
test('OutboundWindow is the same as its model', () => {
  const start = fc.constantFrom(0, 5, 65_530, 131_060, 2 ** 31 - 4, 2 ** 32 - 4, 2 ** 40);
  const steps = fc.array(anyWindowStep(), { maxLength: 120, size: 'max' });
  fc.assert(
    fc.property(start, fc.integer({ min: 1, max: 40 }), steps, (first, inflightMax, all) => {
      const window = new OutboundWindow<string>(inflightMax);
      const model = new ModelWindow(inflightMax, first);
      for (const step of all) model.perform(step, window);
    }),
    { numRuns: 300 },
  );
});

test('OutboundWindow.has() is true from the sending to the last acknowledgement', () => {
  const window = new OutboundWindow<string>(10);
  const one = window.send(0, 1, 'm');
  const two = window.send(1, 2, 'n');
  assert.deepEqual(
    [one, two, 9].map((id) => window.has(id)),
    [true, true, false],
  );
  window.acknowledge(one);
  window.received(two);
  assert.deepEqual([window.has(one), window.has(two)], [false, true]);
  window.complete(two);
  assert.equal(window.has(two), false);
});

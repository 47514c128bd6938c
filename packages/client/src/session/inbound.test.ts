import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HandOutbox } from '../outbox/hand-outbox.testing.js';
import { gateOf } from '../outbox/outbox-gate.js';
import type { Outbox } from '../outbox/outbox.js';
import { Inbound } from './inbound.js';
import type { Receipt } from './receipt.js';
import { RecordingSink } from './recording-sink.testing.js';

const PAYLOAD = new Uint8Array(1);

const settled = () =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

function make(outbox?: Outbox) {
  const gate = gateOf(outbox, { written() {}, outboxFailed() {} });
  const inbound = new Inbound(gate);
  const sink = new RecordingSink();
  inbound.connected(sink, false);
  const receive = (
    qos: 0 | 1 | 2,
    packetId: number,
    { dup = false, payload = PAYLOAD } = {},
  ): Receipt | undefined => {
    const receipt = { topic: 't', payload, qos, packetId, dup, retain: false };
    const fresh = { ...receipt, connection: 0, holders: 0, consumed: false };
    return inbound.receive(fresh) ? fresh : undefined;
  };
  return { gate, inbound, sink, receive };
}

test('Inbound never acknowledges QoS 0', () => {
  const { inbound, sink, receive } = make();
  inbound.consumed(receive(0, 0)!);
  assert.deepEqual(sink.take(), []);
});

test('Inbound acknowledges QoS 1 and QoS 2 each in the order of arrival', () => {
  const { inbound, sink, receive } = make();
  const [one, two, three, four] = [receive(1, 1)!, receive(2, 2)!, receive(1, 3)!, receive(2, 4)!];
  inbound.consumed(three);
  assert.deepEqual(sink.take(), []);
  inbound.consumed(two);
  assert.deepEqual(sink.take(), ['pubrec 2']);
  inbound.consumed(one);
  assert.deepEqual(sink.take(), ['puback 1', 'puback 3']);
  inbound.consumed(four);
  assert.deepEqual(sink.take(), ['pubrec 4']);
});

test('Inbound answers a repeated QoS 2 message until its PUBREL, and hands it on once', () => {
  const { inbound, sink, receive } = make();
  inbound.consumed(receive(2, 5)!);
  assert.equal(receive(2, 5), undefined);
  assert.deepEqual(sink.take(), ['pubrec 5', 'pubrec 5']);
  inbound.released(5);
  inbound.released(5);
  assert.deepEqual(sink.take(), ['pubcomp 5', 'pubcomp 5']);
  assert.notEqual(receive(2, 5), undefined);
});

test('Inbound forgets what it has if the server has lost the session', () => {
  const { inbound, sink, receive } = make();
  const old = receive(1, 1)!;
  inbound.consumed(receive(2, 2)!);
  inbound.disconnected();
  sink.take();
  inbound.connected(sink, false);
  assert.notEqual(receive(1, 1), undefined);
  assert.notEqual(receive(2, 2), undefined);
  inbound.consumed(old);
  assert.deepEqual(sink.take(), []);
});

test('Inbound acknowledges what was done while there was no connection when it comes again', () => {
  const { inbound, sink, receive } = make();
  const receipt = receive(1, 1)!;
  inbound.disconnected();
  inbound.consumed(receipt);
  inbound.connected(sink, true);
  assert.deepEqual(sink.take(), []);
  assert.equal(receive(1, 1, { dup: true }), undefined);
  assert.deepEqual(sink.take(), ['puback 1']);
  assert.equal(inbound.repeated, 1);
});

/**
 * A server that was killed may have forgotten what it has sent at QoS 1 before it was safe, and
 * give the identifier to another message.
 */
for (const [what, again] of [
  ['comes for the first time', { dup: false }],
  ['has another payload', { dup: true, payload: Uint8Array.of(7) }],
] as const) {
  test(`Inbound hands on a QoS 1 message with a known identifier that ${what}`, () => {
    const { inbound, sink, receive } = make();
    const old = receive(1, 1)!;
    inbound.disconnected();
    inbound.connected(sink, true);
    const other = receive(1, 1, again);
    assert.notEqual(other, undefined);
    inbound.consumed(old);
    assert.deepEqual(sink.take(), []);
    inbound.consumed(other!);
    assert.deepEqual(sink.take(), ['puback 1']);
  });
}

test('Inbound answers QoS 2 when that is safe, and not on a later connection', async () => {
  const outbox = new HandOutbox();
  const { inbound, sink, receive, gate } = make(outbox);
  inbound.consumed(receive(2, 5)!);
  gate.flush();
  assert.deepEqual(sink.take(), []);
  outbox.succeed();
  await settled();
  assert.deepEqual(sink.take(), ['pubrec 5']);
  inbound.released(5);
  gate.flush();
  inbound.disconnected();
  inbound.connected(sink, true);
  outbox.succeed();
  await settled();
  assert.deepEqual(sink.take(), []);
  assert.deepEqual((await outbox.load()).received, []);
});

test('Inbound.restore() remembers what was received before a restart', () => {
  const { inbound, sink, receive } = make();
  inbound.restore([5]);
  assert.equal(receive(2, 5), undefined);
  assert.deepEqual(sink.take(), ['pubrec 5']);
});

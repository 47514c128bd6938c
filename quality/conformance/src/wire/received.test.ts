import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProtocolError, Publish } from '@magpie/protocol';
import { hex } from './bytes.js';
import type { Expected, Received } from './received.js';
import { describe, fits, Inbox } from './received.js';

const message: Received = {
  type: 'publish',
  topic: 'a/b',
  qos: 1,
  retain: false,
  dup: false,
  packetId: 7,
  payload: Buffer.from('x'),
};

test('Inbox cuts a stream into packets, at any byte', () => {
  const stream = hex('40 02 0001  32 08 0003 "a/b" 0007 78  d0 00');
  for (let cut = 0; cut <= stream.length; cut++) {
    const inbox = new Inbox();
    const got = [...inbox.take(stream.subarray(0, cut)), ...inbox.take(stream.subarray(cut))];
    assert.deepEqual(
      got.map(({ packet }) => packet),
      [
        { type: 'puback', packetId: 1 },
        { ...message, payload: new Uint8Array([0x78]) },
        { type: 'pingresp' },
      ],
    );
    assert.deepEqual(Buffer.concat(got.map(({ bytes }) => bytes)), Buffer.from(stream));
  }
});

test('Inbox owns what it gives', () => {
  const chunk = Buffer.from(hex('30 06 0003 "a/b" 78'));
  const [arrival] = [...new Inbox().take(chunk)];
  chunk.fill(0);
  assert.ok(arrival?.packet.type === 'publish');
  assert.deepEqual(arrival.packet.payload, new Uint8Array([0x78]));
  assert.equal(arrival.bytes[0], 0x30);
});

test('Inbox refuses what breaks MQTT', () => {
  assert.throws(() => [...new Inbox().take(hex('d1 00'))], ProtocolError);
});

const looks: readonly { readonly expected: Expected<'publish'>; readonly fit: boolean }[] = [
  { expected: {}, fit: true },
  { expected: { topic: 'a/b', packetId: 7 }, fit: true },
  { expected: { payload: 'x' }, fit: true },
  { expected: { payload: Uint8Array.of(0x78) }, fit: true },
  { expected: { payload: 'y' }, fit: false },
  { expected: { payload: '' }, fit: false },
  { expected: { dup: true }, fit: false },
];
for (const { expected, fit } of looks) {
  test(`fits() is ${fit} for ${JSON.stringify(expected)}`, () => {
    assert.equal(fits(message, 'publish', expected), fit);
    assert.equal(fits(message, 'puback', {}), false);
  });
}

test('fits() compares lists', () => {
  const suback: Received = { type: 'suback', packetId: 1, returnCodes: [1, 0] };
  assert.equal(fits(suback, 'suback', { returnCodes: [1, 0] }), true);
  assert.equal(fits(suback, 'suback', { returnCodes: [0, 1] }), false);
});

const lines: readonly (readonly [packet: { type: string }, line: string])[] = [
  [{ type: 'pingreq' }, 'pingreq'],
  [message, 'publish(topic "a/b", qos 1, retain false, dup false, packetId 7, payload "x")'],
  [
    Publish.of({ topic: 't', payload: Buffer.from('y') }),
    'publish(topic "t", qos 0, retain false, dup false, packetId 0, payload "y")',
  ],
];
for (const [packet, line] of lines) {
  test(`describe() says ${line}`, () => assert.equal(describe(packet), line));
}

test('describe() cuts what is long', () => {
  const long: Received = { ...message, topic: 'long/'.repeat(999) };
  const line = describe(long);
  assert.ok(line.length < 200, line);
});

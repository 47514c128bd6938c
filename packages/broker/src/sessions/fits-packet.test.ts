import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PACKET_BYTES_MAX, type QoS } from '@magpie/protocol';
import { messageOf } from '../routing/recording-subscriber.testing.js';
import { fitsPacket } from './fits-packet.js';

/** Fixed header, length of the topic, topic, identifier, payload. */
const SIZES: readonly [topic: string, payloadBytes: number, qos: QoS, bytes: number][] = [
  ['a', 0, 0, 2 + 2 + 1],
  ['a', 10, 0, 2 + 2 + 1 + 10],
  ['a', 10, 1, 2 + 2 + 1 + 2 + 10],
  ['a', 10, 2, 2 + 2 + 1 + 2 + 10],
  ['é/🐦', 0, 0, 2 + 2 + 7],
  ['a', 200, 0, 3 + 2 + 1 + 200],
];
for (const [topic, payloadBytes, qos, bytes] of SIZES) {
  test(`fitsPacket() takes ${payloadBytes} bytes on ${topic} at QoS ${qos} for ${bytes}`, () => {
    const message = messageOf(topic, 'x'.repeat(payloadBytes));
    assert.equal(fitsPacket(message, qos, bytes), true);
    assert.equal(fitsPacket(message, qos, bytes - 1), false);
    assert.equal(fitsPacket(message, qos, PACKET_BYTES_MAX), true);
  });
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Packet, Publish } from '@magpie/protocol';
import { RecordingLogger } from '../recording-logger.testing.js';
import { PacketLog } from './packet-log.js';

const WHO = { clientId: 'pump', address: '192.0.2.7' };
const payload = Buffer.from('secret');

const rows: readonly [packet: Packet, detail: Readonly<Record<string, unknown>>][] = [
  [
    {
      type: 'connect',
      protocolVersion: 4,
      cleanSession: true,
      keepAliveS: 60,
      clientId: 'pump',
      will: undefined,
      username: 'li',
      password: payload,
    },
    { packet: 'CONNECT', cleanSession: true, keepAliveS: 60 },
  ],
  [
    { type: 'connack', sessionPresent: true, returnCode: 0 },
    { packet: 'CONNACK', sessionPresent: true, returnCode: 0 },
  ],
  [
    Publish.of({ topic: 'a', payload, qos: 1, packetId: 7, dup: true, retain: false }),
    {
      packet: 'PUBLISH',
      topic: 'a',
      qos: 1,
      packetId: 7,
      dup: true,
      retain: false,
      payloadBytes: 6,
    },
  ],
  [
    Publish.of({ topic: 'a', payload, qos: 0, packetId: 0, dup: false, retain: true }),
    { packet: 'PUBLISH', topic: 'a', qos: 0, dup: false, retain: true, payloadBytes: 6 },
  ],
  [
    { type: 'puback', packetId: 7 },
    { packet: 'PUBACK', packetId: 7 },
  ],
  [
    { type: 'pubrec', packetId: 7 },
    { packet: 'PUBREC', packetId: 7 },
  ],
  [
    { type: 'pubrel', packetId: 7 },
    { packet: 'PUBREL', packetId: 7 },
  ],
  [
    { type: 'pubcomp', packetId: 7 },
    { packet: 'PUBCOMP', packetId: 7 },
  ],
  [
    {
      type: 'subscribe',
      packetId: 3,
      subscriptions: [
        { filter: 'a/+', qos: 1 },
        { filter: 'b', qos: 0 },
      ],
    },
    { packet: 'SUBSCRIBE', packetId: 3, filters: 'a/+ (QoS 1), b (QoS 0)' },
  ],
  [
    { type: 'suback', packetId: 3, returnCodes: [1, 128] },
    { packet: 'SUBACK', packetId: 3, returnCodes: '1, 128' },
  ],
  [
    { type: 'unsubscribe', packetId: 4, filters: ['a/+', 'b'] },
    { packet: 'UNSUBSCRIBE', packetId: 4, filters: 'a/+, b' },
  ],
  [
    { type: 'unsuback', packetId: 4 },
    { packet: 'UNSUBACK', packetId: 4 },
  ],
  [{ type: 'pingreq' }, { packet: 'PINGREQ' }],
  [{ type: 'pingresp' }, { packet: 'PINGRESP' }],
  [{ type: 'disconnect' }, { packet: 'DISCONNECT' }],
];

for (const [packet, detail] of rows) {
  test(`PacketLog tells a ${packet.type}, without payload and password`, () => {
    const log = new RecordingLogger();
    new PacketLog(log, WHO.clientId, WHO.address).sent(packet);
    const [line] = log.lines;
    assert.deepEqual(line?.fields, { event: 'packet-sent', ...WHO, ...detail });
    assert.equal(line.message, `${packet.type.toUpperCase()} sent`);
    assert.ok(!JSON.stringify(log.lines).includes('secret'));
  });
}

test('PacketLog.received() says that the packet came', () => {
  const log = new RecordingLogger();
  new PacketLog(log, WHO.clientId, WHO.address).received({ type: 'pingreq' });
  assert.deepEqual(log.lines, [
    {
      level: 'debug',
      fields: { event: 'packet-received', ...WHO, packet: 'PINGREQ' },
      message: 'PINGREQ received',
    },
  ]);
});

test('PacketLog.sentPublish() tells of a message what its packet says', () => {
  const log = new RecordingLogger();
  const packets = new PacketLog(log, WHO.clientId, WHO.address);
  packets.sentPublish({ topic: 'a', payloadLength: 6 }, 1, 7, true, false);
  packets.sentPublish({ topic: 'a', payloadLength: 6 }, 0, 0, false, true);
  const [first, second] = rows.filter(([{ type }]) => type === 'publish');
  assert.deepEqual(
    log.lines.map(({ fields }) => fields),
    [first, second].map((row) => ({ event: 'packet-sent', ...WHO, ...row?.[1] })),
  );
});

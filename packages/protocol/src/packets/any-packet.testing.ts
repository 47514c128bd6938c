/** Arbitrary packets for property tests: all that are valid can come. */
import fc from 'fast-check';
import { anyText } from '../bytes/any-text.testing.js';
import { anyTopicFilter, anyTopicName } from '../topics/any-topic.testing.js';
import type { Connect } from './connect.js';
import { DISCONNECT } from './disconnect.js';
import type { Packet } from './packet.js';
import { PINGREQ } from './pingreq.js';
import { PINGRESP } from './pingresp.js';
import { Publish } from './publish.js';
import type { QoS } from './qos.js';

const qos = fc.constantFrom<QoS>(0, 1, 2);
const packetId = fc.integer({ min: 1, max: 65_535 });
const bytes = fc.uint8Array({ maxLength: 200, size: 'max' });
const text = anyText().map((value) => value.replaceAll('\0', ''));

export function anyPacket(): fc.Arbitrary<Packet> {
  return fc.oneof(
    anyConnect(),
    anyConnack(),
    anyPublish(),
    record({
      type: fc.constantFrom('puback', 'pubrec', 'pubrel', 'pubcomp', 'unsuback'),
      packetId,
    }),
    record({
      type: fc.constant('subscribe'),
      packetId,
      subscriptions: fc.array(record({ filter: anyTopicFilter(), qos }), { minLength: 1 }),
    }),
    record({
      type: fc.constant('suback'),
      packetId,
      returnCodes: fc.array(fc.constantFrom(0, 1, 2, 0x80), { minLength: 1 }),
    }),
    record({
      type: fc.constant('unsubscribe'),
      packetId,
      filters: fc.array(anyTopicFilter(), { minLength: 1 }),
    }),
    fc.constantFrom(PINGREQ, PINGRESP, DISCONNECT),
  );
}

function anyPublish(): fc.Arbitrary<Publish> {
  return record({
    topic: anyTopicName(),
    payload: bytes,
    qos,
    retain: fc.boolean(),
    dup: fc.boolean(),
    packetId,
  }).map((fields) =>
    Publish.of(fields.qos === 0 ? { ...fields, dup: false, packetId: 0 } : fields),
  );
}

function anyConnack(): fc.Arbitrary<Packet> {
  return record({ returnCode: fc.integer({ min: 0, max: 5 }), sessionPresent: fc.boolean() }).map(
    ({ returnCode, sessionPresent }) => ({
      type: 'connack',
      returnCode,
      sessionPresent: sessionPresent && returnCode === 0,
    }),
  );
}

function anyConnect(): fc.Arbitrary<Connect> {
  const will = record({ topic: anyTopicName(), payload: bytes, qos, retain: fc.boolean() });
  const credentials = record({
    username: fc.option(text, { nil: undefined }),
    password: fc.option(bytes, { nil: undefined }),
  });
  return record({
    protocolVersion: fc.constantFrom(3 as const, 4 as const),
    cleanSession: fc.boolean(),
    keepAliveS: fc.nat(65_535),
    clientId: text,
    will: fc.option(will, { nil: undefined }),
    credentials,
  }).map(({ credentials: { username, password }, clientId, ...rest }) => {
    const mayBeEmpty = rest.cleanSession && rest.protocolVersion === 4;
    return {
      ...rest,
      type: 'connect',
      clientId: clientId === '' && !mayBeEmpty ? 'client' : clientId,
      username,
      password: username === undefined ? undefined : password,
    };
  });
}

/** As the codec makes them: with Object's prototype. */
function record<T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(fields, { noNullPrototype: true });
}

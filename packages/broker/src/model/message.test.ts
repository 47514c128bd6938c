import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteReader, encode, Publish, type QoS, ServerConnection } from '@magpie/protocol';
import { Message } from './message.js';
import { MessageMemory } from './message-memory.js';

const CONNECT = encode(
  {
    type: 'connect',
    protocolVersion: 4,
    cleanSession: true,
    keepAliveS: 0,
    clientId: 'c',
    will: undefined,
    username: undefined,
    password: undefined,
  },
  4,
);

const memory = new MessageMemory();

/** A PUBLISH as it was read: in the middle of a buffer that the next read overwrites. */
function read(topic: string, payload: string, qos: QoS = 1): { packet: Publish; start: number } {
  const bytes = Buffer.from(payload);
  const packetId = qos === 0 ? 0 : 7;
  const publish = encode(Publish.of({ topic, payload: bytes, qos, packetId, retain: true }), 4);
  const source = Buffer.concat([CONNECT, publish, Buffer.from('next')]);
  const server = new ServerConnection(1000, new ByteReader());
  server.feed(source, 0, source.length - 4);
  server.next();
  const packet = server.next();
  assert.equal(packet?.type, 'publish');
  return { packet, start: server.frame.packetStart };
}

function text(message: Message): string {
  return Buffer.from(message.payload).toString();
}

test('Message.received() takes over what the packet says, without a copy', () => {
  const { packet, start } = read('a/b', 'hello', 2);
  const message = Message.received(packet, 'publisher', start, memory);
  const { topic, qos, retain, publisher, source, packetStart } = message;
  assert.deepEqual(
    { topic, qos, retain, publisher, packetStart },
    { topic: 'a/b', qos: 2, retain: true, publisher: 'publisher', packetStart: CONNECT.length },
  );
  assert.equal(source, packet.source);
  assert.equal(text(message), 'hello');
  assert.equal(message.payloadLength, 5);
});

test('Message.of() is made by the program, and no packet can be sent on', () => {
  const payload = Buffer.from('hello');
  const message = Message.of({ topic: 'a', payload, qos: 1, retain: false });
  assert.deepEqual([message.publisher, message.packetStart], ['', -1]);
  assert.equal(message.source, payload);
  assert.equal(message.keep().source, payload); // the payload is the broker's: no copy
});

for (const act of ['keep', 'keepLong'] as const) {
  for (const [name, sendable] of [
    ['the packet', true],
    ['the payload', false],
  ] as const) {
    test(`Message.${act}() makes ${name} its own, so that the next read does no harm`, () => {
      const { packet, start } = read('a/b', 'hello');
      const whole = Buffer.from(packet.source.subarray(start, packet.payloadEnd));
      const message = Message.received(packet, 'p', sendable ? start : -1, memory);
      assert.equal(message[act](), message);
      packet.source.fill(0xff);
      assert.equal(text(message), 'hello');
      assert.equal(message.payloadLength, 5);
      assert.equal(message.topic, 'a/b');
      if (!sendable) {
        assert.equal(message.packetStart, -1);
        return;
      }
      const kept = message.source.subarray(message.packetStart, message.payloadEnd);
      assert.deepEqual(Buffer.from(kept), whole);
    });
  }

  test(`Message.${act}() copies once`, () => {
    const { packet, start } = read('a/b', 'hello');
    const message = Message.received(packet, 'p', start, memory)[act]();
    const { source, packetStart } = message;
    assert.equal(message[act]().source, source);
    assert.equal(message.keep().packetStart, packetStart);
  });

  test(`Message.${act}() copies nothing of bytes that are the message's alone`, () => {
    const { packet, start } = read('a/b', 'hello');
    const message = Message.received(packet, 'p', start, undefined);
    assert.equal(message[act]().source, packet.source);
    assert.equal(message.packetStart, start);
  });

  test(`Message.${act}() takes an empty payload`, () => {
    for (const sendable of [true, false]) {
      const { packet, start } = read('a/b', '');
      const message = Message.received(packet, 'p', sendable ? start : -1, memory)[act]();
      packet.source.fill(0xff);
      assert.equal(message.payloadLength, 0);
      assert.equal(message.payload.length, 0);
    }
  });
}

test('Message.keep() lets small messages share memory, without harm to each other', () => {
  const messages = Array.from({ length: 500 }, (_, count) => {
    const { packet, start } = read('a/b', `message ${count}`);
    const message = Message.received(packet, 'p', count % 2 === 0 ? start : -1, memory).keep();
    packet.source.fill(0xff);
    return message;
  });
  assert.ok(new Set(messages.map(({ source }) => source)).size < 50);
  for (const [count, message] of messages.entries())
    assert.equal(text(message), `message ${count}`);
});

test('Message.keepLong() holds on to no memory but its own, also after keep()', () => {
  for (const before of ['nothing', 'keep'] as const) {
    const { packet, start } = read('a/b', 'hello');
    const message = Message.received(packet, 'p', start, memory);
    if (before === 'keep') message.keep();
    message.keepLong();
    assert.equal(message.source.buffer.byteLength, packet.payloadEnd - start);
    assert.equal(text(message), 'hello');
  }
});

test('Message.bytes counts topic and payload, the same before and after keep()', () => {
  const { packet, start } = read('a/b', 'hello');
  const message = Message.received(packet, 'p', start, memory);
  assert.equal(message.bytes, 8);
  assert.equal(message.keep().bytes, 8);
});

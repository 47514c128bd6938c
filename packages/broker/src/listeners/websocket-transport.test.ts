import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { createBroker } from '../broker.js';
import { bytesOf, connectOf, publishOf, willOf } from '../connection/connection-world.testing.js';
import { RecordingLogger } from '../observe/recording-logger.testing.js';
import { pattern } from './tcp-world.testing.js';
import { upgrade, WebSocketWorld } from './websocket-world.testing.js';

const MIB = 1024 * 1024;
/** More than a system takes for a peer that does not read. */
const BIG = 32 * MIB;

/** The code that the client is closed with. */
async function closeCode(client: WebSocket): Promise<number> {
  const [code] = (await once(client, 'close')) as [number];
  return code;
}

/** The payload of the next pong. */
async function pong(client: WebSocket): Promise<string> {
  const [payload] = (await once(client, 'pong')) as [Buffer];
  return payload.toString();
}

const cuts: readonly (readonly [how: string, messages: string[]])[] = [
  ['one message', ['abc']],
  ['a message a byte', ['a', 'b', 'c']],
  ['empty messages between', ['', 'ab', '', 'c', '']],
];
for (const [how, messages] of cuts) {
  test(`WebSocketTransport gives one stream for ${how}`, async (t) => {
    const { client, server } = await (await WebSocketWorld.listening(t)).pair();
    for (const message of messages) client.send(Buffer.from(message));
    await server.until(() => server.text.length === 3);
    assert.equal(server.text, 'abc');
  });
}

test('WebSocketTransport joins the fragments of a message', async (t) => {
  const { client, server } = await (await WebSocketWorld.listening(t)).pair();
  client.send(Buffer.from('ab'), { fin: false });
  client.send(Buffer.from('c'), { fin: true });
  await server.until(() => server.text.length === 3);
  assert.equal(server.text, 'abc');
});

test('WebSocketTransport takes frames that TCP has cut anywhere', async (t) => {
  const world = await WebSocketWorld.listening(t);
  const socket = await world.socket();
  const frames = Buffer.from('828200000000' + '6162' + '828100000000' + '63', 'hex');
  socket.write(Buffer.concat([Buffer.from(upgrade()), frames.subarray(0, 3)]));
  const transport = await world.accepted();
  let text = '';
  const all = new Promise<void>((resolve) => {
    transport.start({
      receive: (source, start, end) => {
        text += Buffer.from(source.subarray(start, end)).toString();
        if (text === 'abc') resolve();
      },
      drained: () => {},
      failed: (error) => assert.fail(error),
      closed: () => {},
    });
  });
  for (const byte of frames.subarray(3)) socket.write(Buffer.of(byte));
  await all;
});

test('WebSocketTransport takes messages of up to messageBytesMax', async (t) => {
  const { client, server } = await (await WebSocketWorld.listening(t)).pair();
  const messages = [1, 2, 3].map((seed) => pattern(4 * MIB, seed));
  for (const message of messages) client.send(message);
  const expected = Buffer.concat(messages);
  await server.until(() => server.reads === 3);
  assert.ok(server.received.equals(expected));
});

test('WebSocketTransport tells of a text message, and closes with 1003', async (t) => {
  const { client, server } = await (await WebSocketWorld.listening(t)).pair();
  server.failed = (error) => {
    server.faults.push(error);
    server.transport.end();
  };
  client.send('abc');
  assert.equal(await closeCode(client), 1003);
  await server.until(() => server.closes === 1);
  assert.equal(server.reads, 0);
  assert.deepEqual(
    server.faults.map(({ fault, clause }) => [fault, clause]),
    [['PROTOCOL_ERROR', 'MQTT-6.0.0-1']],
  );
});

const wrongFrames: { name: string; frame: string; fault: string; code: number }[] = [
  {
    name: 'a message that is too large',
    frame: '82fe03e900000000',
    fault: 'PACKET_TOO_LARGE',
    code: 1009,
  },
  { name: 'a frame without a mask', frame: '820161', fault: 'MALFORMED_PACKET', code: 1002 },
  {
    name: 'a frame of an unknown kind',
    frame: '838100000000',
    fault: 'MALFORMED_PACKET',
    code: 1002,
  },
  { name: 'reserved bits', frame: 'c28100000000', fault: 'MALFORMED_PACKET', code: 1002 },
];
for (const { name, frame, fault, code } of wrongFrames) {
  test(`WebSocketTransport tells of ${name}, and closes with ${code}`, async (t) => {
    const world = await WebSocketWorld.listening(t, { messageBytesMax: () => 1000 });
    const { client, server } = await world.pair();
    server.failed = (error) => {
      server.faults.push(error);
      server.transport.end();
    };
    const raw = client as unknown as { _socket: NodeJS.WritableStream };
    raw._socket.write(Buffer.from(frame, 'hex'));
    assert.equal(await closeCode(client), code);
    await server.until(() => server.closes === 1);
    assert.deepEqual([server.reads, server.faults.map((error) => error.fault)], [0, [fault]]);
  });
}

test('WebSocketTransport.write() sends each piece, in order, as a binary message', async (t) => {
  const { client, server } = await (await WebSocketWorld.listening(t)).pair();
  const messages: string[] = [];
  const all = new Promise<void>((resolve) => {
    client.on('message', (data: Buffer, isBinary: boolean) => {
      if (messages.push(`${data.toString()} ${isBinary}`) === 3) resolve();
    });
  });
  for (const texts of [['one'], ['two', 'three']]) {
    const chunks = texts.map((text) => Buffer.from(text));
    assert.equal(server.transport.write(chunks), true);
    for (const chunk of chunks) chunk.fill('#'); // its memory is free again
  }
  await all;
  assert.deepEqual(messages, ['one true', 'two true', 'three true']);
  assert.equal(server.drains, 0);
});

test('WebSocketTransport brings 20 MiB to a slow reader', async (t) => {
  const { client, server } = await (await WebSocketWorld.listening(t)).pair();
  const received: Buffer[] = [];
  client.on('message', (data: Buffer) => {
    received.push(data);
    client.pause();
    setImmediate(() => client.resume());
  });
  const expected: Buffer[] = [];
  for (let number = 0; number < 20; number++) {
    const bytes = pattern(MIB, number);
    expected.push(Buffer.from(bytes));
    const cut = (number + 1) * 1000;
    await server.write(bytes.subarray(0, cut), bytes.subarray(cut)); // overwrites it then
  }
  assert.ok(server.drains > 0);
  server.transport.end();
  assert.equal(await closeCode(client), 1000);
  assert.ok(Buffer.concat(received).equals(Buffer.concat(expected)));
});

test('WebSocketTransport tells how much a reader has not taken yet', async (t) => {
  const { client, server } = await (await WebSocketWorld.listening(t)).pair();
  const chunks = Array.from({ length: 32 }, (_, seed) => pattern(MIB, seed));
  assert.equal(server.transport.write(chunks), false);
  const before = server.transport.unsentBytes;
  assert.ok(before > 0 && before <= BIG + 32 * 10);
  const seen = new Set<number>();
  client.on('message', () => seen.add(server.transport.unsentBytes));
  await server.until(() => server.drains === 1);
  assert.equal(server.transport.unsentBytes, 0);
  assert.ok(seen.size > 2, 'it fell while the client read');
});

test('WebSocketTransport may be written to from drained()', async (t) => {
  const { client, server } = await (await WebSocketWorld.listening(t)).pair();
  const parts = [pattern(BIG, 1), pattern(10, 2), pattern(BIG, 3), pattern(10, 4)];
  const expected = Buffer.concat(parts);
  const received: Buffer[] = [];
  client.on('message', (data: Buffer) => received.push(data));
  const writeOn = (): void => {
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
      if (!server.transport.write([part])) return;
    }
    server.transport.end();
  };
  server.drained = writeOn;
  writeOn();
  assert.equal(await closeCode(client), 1000);
  assert.ok(Buffer.concat(received).equals(expected));
});

test('WebSocketTransport answers a ping', async (t) => {
  const { client } = await (await WebSocketWorld.listening(t)).pair();
  for (const payload of ['', 'are you there']) {
    client.ping(payload);
    assert.equal(await pong(client), payload);
  }
});

test('WebSocketTransport answers the last ping of a client that did not read', async (t) => {
  const { client, server } = await (await WebSocketWorld.listening(t)).pair();
  assert.equal(server.transport.write([pattern(BIG)]), false);
  client.pause();
  const before = server.transport.unsentBytes;
  for (let number = 1; number <= 20_000; number++) client.ping(`${number}`.padStart(100));
  client.send(Buffer.from('behind the pings'));
  await server.until(() => server.text === 'behind the pings');
  assert.ok(server.transport.unsentBytes <= before, 'answers have piled up');
  const pongs: string[] = [];
  client.on('pong', (payload: Buffer) => pongs.push(payload.toString().trim()));
  client.resume();
  await server.until(() => server.drains === 1);
  client.ping('one more');
  while (pongs.length < 2) await pong(client);
  assert.deepEqual(pongs, ['20000', 'one more']);
});

test('WebSocketTransport reads nothing while it is paused, and all of it then', async (t) => {
  const world = await WebSocketWorld.listening(t);
  const { client, server } = await world.pair();
  server.transport.pause();
  client.send(Buffer.from('abc'));
  const other = await world.pair();
  other.client.ping();
  await pong(other.client); // all that could be read has been
  assert.equal(server.reads, 0);
  server.transport.resume();
  await server.until(() => server.text === 'abc');
});

for (const paused of [false, true]) {
  test(`WebSocketTransport.end() closes with 1000, paused: ${paused}`, async (t) => {
    const { client, server } = await (await WebSocketWorld.listening(t)).pair();
    if (paused) server.transport.pause();
    server.transport.end();
    server.transport.end();
    assert.equal(await closeCode(client), 1000);
    await server.until(() => server.closes === 1);
  });
}

for (const how of ['close', 'terminate'] as const) {
  for (const writing of [false, true]) {
    test(`WebSocketTransport tells once of a client that is gone: ${how} ${writing}`, async (t) => {
      const { client, server } = await (await WebSocketWorld.listening(t)).pair();
      if (writing) assert.equal(server.transport.write([pattern(BIG)]), false);
      client[how]();
      await server.until(() => server.closes === 1);
      assert.equal(server.transport.write([Buffer.from('nobody reads this')]), true);
      for (const act of ['pause', 'resume', 'end', 'destroy'] as const) server.transport[act]();
      assert.equal(server.closes, 1);
    });
  }
}

for (const writing of [false, true]) {
  test(`WebSocketTransport.destroy() does not wait, writing: ${writing}`, async (t) => {
    const { client, server } = await (await WebSocketWorld.listening(t)).pair();
    client.pause();
    if (writing) assert.equal(server.transport.write([pattern(BIG)]), false);
    server.transport.destroy();
    await server.until(() => server.closes === 1);
    assert.equal(server.drains, 0);
  });
}

test('WebSocketTransport can be destroyed before it was started', async (t) => {
  const world = await WebSocketWorld.listening(t);
  const client = world.client();
  (await world.accepted()).destroy();
  assert.equal(await closeCode(client), 1006);
});

test('WebSocketTransport ends who sends text, what follows is ignored', async (t) => {
  const log = new RecordingLogger();
  const broker = await createBroker({ log });
  t.after(() => broker.close());
  const { port } = await broker.listen({ type: 'ws', port: 0 });
  const heard: string[] = [];
  broker.subscribe('#', ({ topic, payload }) =>
    heard.push(`${topic}=${Buffer.from(payload).toString()}`),
  );
  const ended = new Promise<string>((resolve) => {
    broker.on('disconnected', ({ reason }) => resolve(reason));
  });
  const client = new WebSocket(`ws://127.0.0.1:${port}/mqtt`, 'mqtt');
  await once(client, 'open');
  client.send(bytesOf([connectOf({ will: willOf('faulty') })]));
  await once(client, 'message');
  client.send('text');
  client.send(bytesOf([publishOf('t', 'late')]));
  assert.equal(await closeCode(client), 1003);
  assert.equal(await ended, 'protocol-error');
  assert.deepEqual(heard, ['will=faulty']);
  const [line, ...more] = log.of('protocol-error');
  assert.equal(line?.fields['clause'], 'MQTT-6.0.0-1');
  assert.equal(more.length, 0);
});

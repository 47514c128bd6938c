import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import { WebSocket } from 'ws';
import type { Transport, TransportHandler } from '../connection/transport.js';
import { WebSocketListener } from './websocket-listener.js';

/** What a transport told, as a test can wait for it. */
class Recorder implements TransportHandler {
  received = Buffer.alloc(0);
  drains = 0;
  isClosed = false;
  #wake: () => void = () => {};

  receive(source: Uint8Array, start: number, end: number): void {
    this.received = Buffer.concat([this.received, source.subarray(start, end)]);
    this.#wake();
  }

  drained(): void {
    this.drains++;
    this.#wake();
  }

  closed(): void {
    this.isClosed = true;
    this.#wake();
  }

  failed(): never {
    assert.fail('A WebSocket has no header that could be wrong');
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** A client and the transport at the other end, started. */
async function pair(t: TestContext, { messageBytesMax = 8 * 1024 * 1024 } = {}) {
  const options = { host: '127.0.0.1', port: 0, path: '/mqtt', messageBytesMax };
  const listener = new WebSocketListener(options);
  const handler = new Recorder();
  let accept: (transport: Transport) => void = () => {};
  const accepted = new Promise<Transport>((resolve) => {
    accept = resolve;
  });
  const { port } = await listener.listen(accept);
  const client = new WebSocket(`ws://127.0.0.1:${port}/mqtt`, 'mqtt');
  const [transport] = await Promise.all([accepted, once(client, 'open')]);
  transport.start(handler);
  t.after(async () => {
    client.terminate();
    transport.destroy();
    await listener.close();
  });
  return { client, transport, handler };
}

const cuts: readonly (readonly [how: string, messages: string[]])[] = [
  ['one message', ['abc']],
  ['a message a byte', ['a', 'b', 'c']],
  ['empty messages between', ['', 'ab', '', 'c', '']],
];
for (const [how, messages] of cuts) {
  test(`WebSocketTransport gives one stream for ${how}`, async (t) => {
    const { client, handler } = await pair(t);
    for (const message of messages) client.send(Buffer.from(message));
    await handler.until(() => handler.received.length === 3);
    assert.equal(handler.received.toString(), 'abc');
  });
}

test('WebSocketTransport joins the fragments of a message', async (t) => {
  const { client, handler } = await pair(t);
  client.send(Buffer.from('ab'), { fin: false });
  client.send(Buffer.from('c'), { fin: true });
  await handler.until(() => handler.received.length === 3);
  assert.equal(handler.received.toString(), 'abc');
});

test('WebSocketTransport closes on a text message with 1003', async (t) => {
  const { client, handler } = await pair(t);
  client.send('abc');
  const [code] = (await once(client, 'close')) as [number];
  assert.equal(code, 1003);
  await handler.until(() => handler.isClosed);
  assert.equal(handler.received.length, 0);
});

test('WebSocketTransport closes on a message that is too large', async (t) => {
  const { client, handler } = await pair(t, { messageBytesMax: 1000 });
  client.send(Buffer.alloc(1001));
  await once(client, 'close');
  await handler.until(() => handler.isClosed);
  assert.equal(handler.received.length, 0);
});

test('WebSocketTransport.write() sends each piece, in order, as a binary message', async (t) => {
  const { client, transport } = await pair(t);
  const messages: [string, boolean][] = [];
  const three = new Promise<void>((resolve) => {
    client.on('message', (data: Buffer, isBinary: boolean) => {
      if (messages.push([data.toString(), isBinary]) === 3) resolve();
    });
  });
  assert.equal(transport.write([Buffer.from('one')]), true);
  assert.equal(transport.write([Buffer.from('two'), Buffer.from('three')]), true);
  await three;
  assert.deepEqual(messages, [
    ['one', true],
    ['two', true],
    ['three', true],
  ]);
});

test('WebSocketTransport tells when a slow reader has taken everything', async (t) => {
  const { client, transport, handler } = await pair(t);
  client.pause();
  const payload = Buffer.alloc(4 * 1024 * 1024, 'x');
  let writes = 0;
  while (transport.write([payload])) writes++;
  assert.ok(transport.unsentBytes > 0);
  assert.equal(handler.drains, 0);
  let bytes = 0;
  client.on('message', (data: Buffer) => {
    bytes += data.length;
    assert.ok(data.equals(payload));
  });
  client.resume();
  await handler.until(() => handler.drains === 1);
  assert.equal(transport.unsentBytes, 0);
  const end = once(client, 'close');
  transport.end();
  await end;
  assert.equal(bytes, (writes + 1) * payload.length);
});

test('WebSocketTransport.pause() holds the client back until resume()', async (t) => {
  const { client, transport, handler } = await pair(t);
  transport.pause();
  client.send(Buffer.from('abc'));
  const pong = once(client, 'pong');
  transport.resume();
  client.ping();
  await pong; // what was sent before it has been handled
  await handler.until(() => handler.received.length === 3);
});

test('WebSocketTransport.end() closes normally', async (t) => {
  const { client, transport, handler } = await pair(t);
  transport.end();
  const [code] = (await once(client, 'close')) as [number];
  assert.equal(code, 1000);
  await handler.until(() => handler.isClosed);
});

for (const how of ['close', 'terminate'] as const) {
  test(`WebSocketTransport tells that the client is gone: ${how}`, async (t) => {
    const { client, handler } = await pair(t);
    client[how]();
    await handler.until(() => handler.isClosed);
  });
}

test('WebSocketTransport.destroy() does not wait for the client', async (t) => {
  const { client, transport, handler } = await pair(t);
  client.pause();
  transport.destroy();
  await handler.until(() => handler.isClosed);
});

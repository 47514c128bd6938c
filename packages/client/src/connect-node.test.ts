import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { encode } from '@magpie/protocol';
import { connect, createClient, openTransport } from './connect-node.js';
import { Recorder } from './transports/recorder.testing.js';

test('connect() reaches a server over TCP', { timeout: 20_000 }, async (t) => {
  const server = createServer((socket) => {
    socket.once('data', () => {
      socket.write(encode({ type: 'connack', sessionPresent: false, returnCode: 0 }, 4));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const client = await connect(`mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`);
  assert.equal(client.state.type, 'connected');
  await client.end();
});

test('connect() rejects with what happened and what to try', { timeout: 20_000 }, async () => {
  await assert.rejects(connect('mqtt://127.0.0.1:1'), {
    code: 'unreachable',
    message: /ECONNREFUSED.*check host, port and network/,
  });
});

test('createClient() refuses what is no URL of MQTT', () => {
  assert.throws(() => createClient('http://host'), TypeError);
});

for (const url of ['mqtt://127.0.0.1:1', 'ws://127.0.0.1:1']) {
  test(`openTransport() tells that nobody is at ${url}`, { timeout: 20_000 }, async () => {
    const recorder = new Recorder();
    openTransport(new URL(url), recorder, {});
    await recorder.hears('closed');
    assert.match(recorder.error?.message ?? '', /ECONNREFUSED/);
  });
}

import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import net from 'node:net';
import { test } from 'node:test';
import { WebSocketServer } from 'ws';
import { openTransport, type Transport } from './transport.js';

/** What a transport tells, in order; `until` resolves when it has told this. */
function listenTo(transport: Transport): { readonly until: (line: string) => Promise<void> } {
  const told: string[] = [];
  let changed = (): void => {};
  const tell = (line: string): void => {
    told.push(line);
    changed();
  };
  transport.start({
    onData: (chunk) => tell(Buffer.from(chunk).toString()),
    onFault: (message) => tell(message),
    onClose: () => tell('closed'),
  });
  return {
    async until(line) {
      while (!told.join('|').includes(line)) {
        await new Promise<void>((resolve) => {
          changed = resolve;
        });
      }
    },
  };
}

test('openTransport() carries bytes over TCP and tells the close once', async () => {
  const server = net.createServer((socket) => {
    socket.on('data', (chunk) => socket.end(`echo ${chunk.toString()}`));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    const transport = await openTransport(`mqtt://127.0.0.1:${port}`, 5000);
    const ear = listenTo(transport);
    await transport.write(Buffer.from('hello'));
    await ear.until('echo hello|closed');
    transport.end();
    await transport.write(Buffer.from('into nothing'));
  } finally {
    server.close();
  }
});

test('openTransport() carries binary frames over WebSocket and reports a text frame', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  server.on('connection', (socket) => {
    socket.on('message', (data: Buffer, isBinary) => {
      assert.equal(isBinary, true);
      assert.equal(socket.protocol, 'mqtt');
      socket.send(Buffer.from(`echo ${data.toString()}`));
      socket.send('text');
      socket.close();
    });
  });
  const { port } = server.address() as AddressInfo;
  try {
    const transport = await openTransport(`ws://user:secret@127.0.0.1:${port}/mqtt`, 5000);
    const ear = listenTo(transport);
    await transport.write(Buffer.from('hello'));
    await ear.until('closed');
    await ear.until('echo hello|The broker sent a text frame');
    transport.destroy();
  } finally {
    server.close();
  }
});

test('openTransport() says where it cannot connect', async () => {
  const server = net.createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  for (const scheme of ['mqtt', 'ws', 'mqtts']) {
    const url = `${scheme}://127.0.0.1:${port}`;
    await assert.rejects(openTransport(url, 5000), new RegExp(`Cannot connect to .*${port}`));
  }
});

test('openTransport() refuses other schemes', async () => {
  await assert.rejects(openTransport('http://127.0.0.1', 5000), TypeError);
});

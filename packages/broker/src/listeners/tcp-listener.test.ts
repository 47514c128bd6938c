import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { IoArena } from '../connection/io-arena.js';
import { TcpListener } from './tcp-listener.js';
import { nextData, TcpWorld, WAYS } from './tcp-world.testing.js';

for (const way of WAYS) {
  test(`TcpListener accepts connections and tells who they are: ${way.way}`, async (t) => {
    const world = await TcpWorld.listening(t, way);
    const { client, server } = await world.pair();
    assert.equal(server.transport.remoteAddress, '127.0.0.1');
    server.onBytes = () => void server.transport.write([Buffer.from('pong')]);
    client.write('ping');
    assert.equal(String(await nextData(client)), 'pong');
  });

  test(`TcpListener.listen() rejects when the port is taken: ${way.way}`, async (t) => {
    const { port } = await TcpWorld.listening(t, way);
    const listener = new TcpListener({ host: '127.0.0.1', port }, new IoArena(), way.onHandle);
    await assert.rejects(
      listener.listen(() => {}),
      { code: 'EADDRINUSE' },
    );
  });

  test(`TcpListener.close() frees the port and leaves connections alone: ${way.way}`, async (t) => {
    const world = await TcpWorld.listening(t, way);
    const { client, server } = await world.pair();
    await world.listener.close();
    const again = new TcpListener(
      { host: '127.0.0.1', port: world.port },
      world.arena,
      way.onHandle,
    );
    assert.equal((await again.listen(() => {})).port, world.port);
    await again.close();
    server.onBytes = () => void server.transport.write([Buffer.from('pong')]);
    client.write('ping');
    assert.equal(String(await nextData(client)), 'pong');
  });

  test(`TcpListener accepts many connections at one time: ${way.way}`, async (t) => {
    const world = await TcpWorld.listening(t, way, { backlog: 200 });
    const clients = await Promise.all(Array.from({ length: 100 }, () => world.client()));
    for (let count = 0; count < clients.length; count++) {
      const transport = await world.accepted();
      assert.equal(transport.remoteAddress, '127.0.0.1');
    }
  });

  test(`TcpListener takes the address from a PROXY header: ${way.way}`, async (t) => {
    const world = await TcpWorld.listening(t, way, { proxyProtocol: true });
    const { client, server } = await world.pair();
    const told = new Promise<string>((resolve) => {
      server.onBytes = () => resolve(server.transport.remoteAddress);
    });
    client.write('PROXY TCP4 192.0.2.7 198.51.100.1 56324 1883\r\nping');
    assert.equal(await told, '192.0.2.7');
  });

  test(`TcpListener ends a connection whose client has gone: ${way.way}`, async (t) => {
    const world = await TcpWorld.listening(t, way);
    const { client } = await world.pair();
    client.destroy();
    await once(client, 'close');
    await world.settled();
  });
}

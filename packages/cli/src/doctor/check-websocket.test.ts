import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { startBroker } from '../mqtt/broker.testing.js';
import { httpServer } from './broken-servers.testing.js';
import { finds } from './examination.testing.js';

finds('a WebSocket for MQTT', ['websocket-open', 'connected'], async (t) => {
  const { broker } = await startBroker(t);
  const { port } = await broker.listen({ type: 'ws', port: 0, path: '/mqtt' });
  return { url: `ws://127.0.0.1:${port}/mqtt` };
});
for (const [status, code] of [
  [404, 'websocket-wrong-path'],
  [401, 'websocket-forbidden'],
  [403, 'websocket-forbidden'],
  [200, 'websocket-refused'],
  [502, 'websocket-refused'],
] as const) {
  finds(`HTTP ${status}`, [code], async (t) => ({
    url: `ws://127.0.0.1:${await httpServer(t, (response) => response.writeHead(status).end())}/`,
  }));
}
finds('a WebSocket for something else', ['websocket-no-subprotocol'], async (t) => {
  const server = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    handleProtocols: () => false,
  });
  t.after(() => server.close());
  await once(server, 'listening');
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/` };
});
finds('MQTT without WebSocket', ['no-http'], async (t) => {
  const { url } = await startBroker(t);
  return { url: url.replace('mqtt:', 'ws:') };
});

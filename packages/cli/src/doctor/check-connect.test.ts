import { test } from 'node:test';
import { startBroker, until } from '../mqtt/broker.testing.js';
import { httpServer, tcpServer } from './broken-servers.testing.js';
import { finds } from './examination.testing.js';
import { checkConnect } from './check-connect.js';
import { oddBroker } from './odd-broker.testing.js';
import { patientOf } from './patient.js';
import { tlsCase } from './secure-server.testing.js';

for (const [connack, code] of [
  [1, 'refused-version'],
  [2, 'refused-identifier'],
  [3, 'refused-unavailable'],
  [4, 'refused-credentials'],
  [5, 'refused-not-authorized'],
] as const) {
  finds(`CONNACK ${connack}`, [code], async (t) => ({ url: await oddBroker(t, { connack }) }));
}
finds('mqtt:// to a port for TLS', ['port-speaks-tls'], async (t) => {
  const { url } = await tlsCase(t);
  return { url: url.replace('mqtts:', 'mqtt:').replace('localhost', '127.0.0.1') };
});
finds('mqtt:// to a port for HTTP', ['port-speaks-http'], async (t) => ({
  url: `mqtt://127.0.0.1:${await httpServer(t, (response) => response.end('hello'))}`,
}));
finds('another protocol', ['no-mqtt'], async (t) => ({
  url: `mqtt://127.0.0.1:${await tcpServer(t, (socket) => socket.write('SSH-2.0-OpenSSH\r\n'))}`,
}));
finds('a server that hangs up', ['closed-at-connect'], async (t) => {
  const port = await tcpServer(t, (socket) => socket.once('data', () => socket.end()));
  return { url: `mqtt://127.0.0.1:${port}` };
});

test('checkConnect() leaves no connection behind when nobody asks on', async (t) => {
  const { broker, url } = await startBroker(t);
  const { signal } = new AbortController();
  const checking = checkConnect(patientOf(new URL(url), {}, { patienceMs: 10_000, signal }));
  await checking.next();
  await checking.return(true);
  await until(() => broker.gauges().connections === 0);
});

import { startBroker } from '../mqtt/broker.testing.js';
import { closedPort, silentPort } from './broken-servers.testing.js';
import { finds, SHORT_MS } from './examination.testing.js';

finds('nobody listens', ['tcp-refused'], async () => ({
  url: `mqtt://127.0.0.1:${await closedPort()}`,
}));
finds('packets are dropped', ['tcp-silent'], async (t) => ({
  url: `mqtt://127.0.0.1:${await silentPort(t)}`,
  patienceMs: SHORT_MS,
}));
// A link-local address without its link leads nowhere.
finds('no route', ['tcp-unreachable'], async () => ({ url: 'mqtt://[fe80::1]' }));
finds(
  'one of two addresses',
  ['name-resolved', 'tcp-open', 'tcp-refused', 'some-addresses-fail'],
  async (t) => {
    const { url } = await startBroker(t);
    return {
      url: url.replace('127.0.0.1', 'localhost'),
      lookUp: async () => ['127.0.0.1', '127.0.0.2'],
    };
  },
);

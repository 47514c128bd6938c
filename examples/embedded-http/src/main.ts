import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createBroker } from '@magpie/broker';
import { Accounts } from './accounts.js';
import { History } from './history.js';
import { createApi } from './http-api.js';

const { HTTP_PORT = '8080', MQTT_PORT = '1883' } = process.env;

const accounts = new Accounts({ ann: 'sunshine', bob: 'moonlight' });
const history = new History();

const broker = await createBroker({ authenticator: accounts });
broker.subscribe('#', (message) => history.add(message));
broker.on('connected', ({ client }) => console.log(`${client.clientId} has come`));
broker.on('disconnected', ({ client, reason }) => console.log(`${client.clientId}: ${reason}`));
const mqtt = await broker.listen({ type: 'tcp', host: '127.0.0.1', port: Number(MQTT_PORT) });

const http = createApi({ broker, history, accounts });
http.listen(Number(HTTP_PORT), '127.0.0.1');
await once(http, 'listening');
const { port } = http.address() as AddressInfo;
console.log(`HTTP at http://127.0.0.1:${port}/messages, MQTT at mqtt://127.0.0.1:${mqtt.port}`);

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    http.close();
    void broker.close();
  });
}

import { createBroker } from '@magpie/broker';
import { UnixSocketListener } from './unix-socket-listener.js';

const { MQTT_SOCKET = '/tmp/magpie.sock' } = process.env;

const broker = await createBroker();
const { type, host } = await broker.listen(new UnixSocketListener(MQTT_SOCKET));
console.log(`MQTT at ${type}:${host}`);

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void broker.close());

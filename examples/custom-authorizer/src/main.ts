import { createBroker } from '@magpie/broker';
import { OwnTopics, Secrets } from './own-topics.js';

const { MQTT_PORT = '1883' } = process.env;

const broker = await createBroker({
  authenticator: new Secrets({ ann: 'sunshine', bob: 'moonlight', admin: 'starlight' }),
  authorizer: new OwnTopics(),
});
// MQTT 3.1.1 cannot tell a client that its message was refused; the program can.
broker.on('dropped', ({ reason, clientId, message }) => {
  if (reason === 'denied') console.log(`${clientId} may not publish to ${message?.topic}`);
});
const { port } = await broker.listen({ type: 'tcp', host: '127.0.0.1', port: Number(MQTT_PORT) });
console.log(`MQTT at mqtt://127.0.0.1:${port}`);

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void broker.close());

import { loadavg } from 'node:os';
import { connect } from '@magpie/client';

const { MQTT_URL = 'mqtt://127.0.0.1:1883', SENSOR = 'attic', INTERVAL_MS = '1000' } = process.env;
const topic = `sensors/${SENSOR}`;

const client = await connect(MQTT_URL, {
  clientId: SENSOR,
  // What the broker says when this program is gone without a word.
  will: { topic: `${topic}/online`, payload: 'false', qos: 1, retain: true },
});
client.on('state', ({ type }) => console.log(type));
await client.publish(`${topic}/online`, 'true', { qos: 1, retain: true });

const timer = setInterval(() => {
  // A reading that is old when the network is back helps nobody: QoS 0.
  if (client.state.type !== 'connected') return;
  const reading = { at: new Date().toISOString(), load: loadavg()[0] };
  void client.publish(topic, JSON.stringify(reading));
}, Number(INTERVAL_MS));

process.once('SIGTERM', () => {
  clearInterval(timer);
  void client.publish(`${topic}/online`, 'false', { qos: 1, retain: true });
  void client.end();
});

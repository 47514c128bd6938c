import { createInterface } from 'node:readline';
import { ClientError, createClient, FileOutbox } from '@magpie/client';

const { MQTT_URL = 'mqtt://127.0.0.1:1883', OUTBOX = 'readings.outbox' } = process.env;

const client = createClient(MQTT_URL, {
  clientId: 'edge',
  cleanSession: false,
  retryInitial: true, // the network may not be there yet
  outbox: await FileOutbox.open(OUTBOX),
  outboxMessagesMax: 100_000,
  outboxPolicy: 'drop-oldest',
});
client.on('state', ({ type }) => console.log(type));
await client.start();

for await (const reading of createInterface(process.stdin)) {
  client.publish('edge/readings', reading, { qos: 1 }).catch((error: unknown) => {
    const ended = error instanceof ClientError && error.code === 'ended';
    console.log(ended ? `kept for the next start: ${reading}` : `lost: ${String(error)}`);
  });
}
await client.end();

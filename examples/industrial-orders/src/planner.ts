import { createInterface } from 'node:readline';
import { createClient, FileOutbox } from '@magpie/client';
import type { Order } from './order.js';

const { MQTT_URL = 'mqtt://127.0.0.1:1883', OUTBOX = 'orders.outbox' } = process.env;

const outbox = await FileOutbox.open(OUTBOX);
const client = createClient(MQTT_URL, {
  clientId: 'planner',
  cleanSession: false,
  retryInitial: true,
  outbox,
});
client.on('error', ({ message }) => console.error(message));
await client.start();

for await (const id of createInterface(process.stdin)) {
  const order: Order = { id, pieces: 1 };
  const done = client.publish('orders', JSON.stringify(order), { qos: 2 });
  done.catch(() => {}); // it ended before: the next start goes on with it
  await outbox.flush(); // on disk: from here on the order arrives, whatever happens
  console.log(`ordered ${id}`);
}
await client.connected(); // until it is, nothing can be finished
await client.end({ drain: 60_000 });

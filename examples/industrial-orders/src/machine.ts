import { existsSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createClient, FileOutbox, jsonCodec } from '@magpie/client';
import type { Order } from './order.js';

const { MQTT_URL = 'mqtt://127.0.0.1:1883', DONE = 'orders.done' } = process.env;

/** What was produced, a line each. It is what makes an order count once, whoever is killed. */
const produced = new Set(existsSync(DONE) ? readFileSync(DONE, 'utf8').split('\n') : []);
const log = await open(DONE, 'a');

const client = createClient(MQTT_URL, {
  clientId: 'machine',
  cleanSession: false,
  retryInitial: true,
  outbox: await FileOutbox.open(`${DONE}.outbox`),
});
client.on('error', ({ message }) => console.error(message));

client.subscribe('orders', { qos: 2, codec: jsonCodec<Order>() }, async ({ payload: order }) => {
  // Killed between the next lines and the acknowledgement, it gets the order again.
  if (produced.has(order.id)) return;
  await log.appendFile(`${order.id}\n`);
  await log.datasync();
  produced.add(order.id);
  console.log(`produced ${order.id}`);
}); // the broker hears that it is done when this has returned
await client.start();

import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Batcher, createClient, FileOutbox } from '@magpie/client';

const { MQTT_URL = 'mqtts://localhost:8883', VEHICLE = 'truck-7', CA, OUTBOX } = process.env;

const client = createClient(MQTT_URL, {
  clientId: VEHICLE,
  cleanSession: false,
  retryInitial: true, // a tunnel is no reason to give up
  reconnect: { minMs: 500, maxMs: 60_000, jitter: 'decorrelated' },
  outbox: await FileOutbox.open(OUTBOX ?? `${VEHICLE}.outbox`),
  outboxBytesMax: 64 * 1024 * 1024,
  outboxPolicy: 'drop-oldest',
  tls: CA === undefined ? {} : { ca: await readFile(CA) },
});
client.on('error', ({ message }) => console.error(message));
await client.start();

// Many small readings are one message: one acknowledgement, one record in the outbox.
const batcher = new Batcher(client, { qos: 1, batchBytesMax: 4096, delayMs: 1000 });
for await (const reading of createInterface(process.stdin)) {
  void batcher.add(`vehicles/${VEHICLE}/telemetry`, reading);
}
const packed = batcher.end().catch(() => {}); // what has not gone stays in the outbox
await client.end();
await packed;

import { setImmediate as turn } from 'node:timers/promises';
import {
  BATCH,
  type ClientFigures,
  type ClientTask,
  MORE_TOPIC,
  PAYLOAD_BYTES,
  TOPIC,
} from './client-task.js';
import type { ClientLibrary, LoadClient } from './load-client.js';

/** Publishes batch after batch, and waits for all of one before the next. */
export async function publishAll(library: ClientLibrary, task: ClientTask): Promise<ClientFigures> {
  const client = await library.connect(task.port);
  await publishBatches(client, task, task.warmup);
  const watch = new UsageWatch();
  await publishBatches(client, task, task.count);
  const figures = watch.figures();
  await client.end();
  return figures;
}

/** Takes messages, and asks for the next batches in time, so that nothing ever waits for long. */
export async function receiveAll(
  library: ClientLibrary,
  task: ClientTask,
  ready: () => void,
): Promise<ClientFigures> {
  const client = await library.connect(task.port);
  const more = () => void client.publish(MORE_TOPIC, new Uint8Array(0), 1);
  let left = task.warmup + task.count;
  let watch = new UsageWatch();
  await new Promise<void>((resolve, reject) => {
    const received = () => {
      left--;
      if (left === task.count) watch = new UsageWatch();
      if (left % BATCH === 0 && left >= BATCHES_AHEAD * BATCH) more();
      if (left === 0) resolve();
    };
    client.subscribe(TOPIC, task.qos, received).then(ready, reject);
  });
  const figures = watch.figures();
  await client.end();
  return figures;
}

/** Sends a batch for each time it is asked, and a few ahead. Ends when its process is ended. */
export async function sendOnDemand(library: ClientLibrary, task: ClientTask): Promise<void> {
  const client = await library.connect(task.port);
  const payload = new Uint8Array(PAYLOAD_BYTES);
  const send = () => {
    for (let sent = 0; sent < BATCH; sent++) void client.publish(TOPIC, payload, task.qos);
  };
  await client.subscribe(MORE_TOPIC, 1, send);
  for (let ahead = 0; ahead < BATCHES_AHEAD; ahead++) send();
}

/** Connects clients and says how much memory each takes. */
export async function idle(library: ClientLibrary, task: ClientTask): Promise<ClientFigures> {
  const clients = [await library.connect(task.port)]; // whatever the first one loads is not counted
  const before = memory();
  for (let made = 0; made < task.count; made++) clients.push(await library.connect(task.port));
  const after = memory();
  const heapBytes = after.heapBytes - before.heapBytes;
  const residentBytes = after.residentBytes - before.residentBytes;
  await Promise.all(clients.map((client) => client.end()));
  return { cpuUs: 0, elapsedMs: 0, heapBytes, residentBytes };
}

async function publishBatches(client: LoadClient, { qos }: ClientTask, count: number) {
  const payload = new Uint8Array(PAYLOAD_BYTES);
  const batch: Promise<unknown>[] = [];
  for (let left = count; left > 0; left--) {
    batch.push(client.publish(TOPIC, payload, qos));
    if (batch.length < BATCH) continue;
    await Promise.all(batch);
    await turn(); // what was written leaves before more is
    batch.length = 0;
  }
  await Promise.all(batch);
}

function memory(): { heapBytes: number; residentBytes: number } {
  // The program is started with --expose-gc.
  for (let times = 0; times < 3; times++) globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heapBytes: heapUsed + external, residentBytes: rss };
}

/** CPU and wall-clock time since it was made. */
class UsageWatch {
  readonly #cpu = process.cpuUsage();
  readonly #beganMs = performance.now();

  figures(): ClientFigures {
    const { user, system } = process.cpuUsage(this.#cpu);
    const elapsedMs = performance.now() - this.#beganMs;
    return { cpuUs: user + system, elapsedMs, heapBytes: 0, residentBytes: 0 };
  }
}

/** What is on its way while the receiver's question is. */
const BATCHES_AHEAD = 3;

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { connectAsync } from 'mqtt';

const MAIN = fileURLToPath(new URL('main.js', import.meta.url));

/** Starts the example as a person would, on a socket of its own. */
async function start(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'magpie-listener-'));
  const path = join(folder, 'mqtt.sock');
  const env = { ...process.env, MQTT_SOCKET: path };
  const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(async () => {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true });
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  assert.equal(line, `MQTT at unix:${path}`);
  return { child, path };
}

test('custom-listener speaks MQTT on a Unix domain socket', async (t) => {
  const { child, path } = await start(t);
  const url = `mqtt+unix://${path}`;
  const subscriber = await connectAsync(url);
  const publisher = await connectAsync(url);
  for (const client of [subscriber, publisher]) t.after(() => client.endAsync(true));

  await subscriber.subscribeAsync('big', { qos: 1 });
  const payloads = Array.from({ length: 50 }, (_, index) => Buffer.alloc(100_000, index));
  const heard: Buffer[] = [];
  const allHeard = new Promise<void>((resolve) => {
    subscriber.on('message', (_, payload) => {
      if (heard.push(payload) === payloads.length) resolve();
    });
  });
  await Promise.all(payloads.map((one) => publisher.publishAsync('big', one, { qos: 1 })));
  await allHeard;
  assert.ok(Buffer.concat(payloads).equals(Buffer.concat(heard)));

  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  assert.deepEqual(await exited, [0, null]);
  assert.equal(existsSync(path), false);
});

test('custom-listener publishes the will of a client that breaks off', async (t) => {
  const { path } = await start(t);
  const url = `mqtt+unix://${path}`;
  const watcher = await connectAsync(url);
  t.after(() => watcher.endAsync(true));
  await watcher.subscribeAsync('will');
  const heard = once(watcher as unknown as NodeJS.EventEmitter, 'message');
  const will = { topic: 'will', payload: Buffer.from('gone'), qos: 0, retain: false } as const;
  const breaking = await connectAsync(url, { will, reconnectPeriod: 0 });
  breaking.stream.destroy();
  const [topic, payload] = (await heard) as [string, Buffer];
  assert.deepEqual([topic, payload.toString()], ['will', 'gone']);
});

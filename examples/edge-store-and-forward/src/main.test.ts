import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { createBroker } from '@magpie/broker';

const MAIN = fileURLToPath(new URL('main.js', import.meta.url));
const NOBODY = 'mqtt://127.0.0.1:1';

/** Starts the example as a person would. */
function start(t: TestContext, url: string, outbox: string) {
  const env = { ...process.env, MQTT_URL: url, OUTBOX: outbox };
  const child = spawn(process.execPath, [MAIN], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  return { child, exited: once(child, 'exit'), said: text(child.stdout) };
}

test('edge-store-and-forward sends later what it could not send', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'magpie-edge-'));
  t.after(() => rm(folder, { recursive: true }));
  const outbox = join(folder, 'outbox');

  const offline = start(t, NOBODY, outbox);
  offline.child.stdin.end('21.5\n21.6\n');
  assert.deepEqual(await offline.exited, [0, null]);
  assert.match(await offline.said, /kept for the next start: 21\.5\n.*21\.6\n/);

  const broker = await createBroker();
  t.after(() => broker.close());
  const { port } = await broker.listen({ type: 'tcp', port: 0 });
  const received: string[] = [];
  const all = new Promise<void>((resolve) => {
    broker.subscribe('edge/readings', ({ payload }) => {
      received.push(Buffer.from(payload).toString());
      if (received.length === 3) resolve();
    });
  });
  const online = start(t, `mqtt://127.0.0.1:${port}`, outbox);
  online.child.stdin.write('21.7\n');
  await all;
  online.child.stdin.end();
  assert.deepEqual(await online.exited, [0, null]);
  assert.deepEqual(received, ['21.5', '21.6', '21.7']);
});

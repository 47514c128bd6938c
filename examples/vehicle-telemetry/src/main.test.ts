// needs: openssl
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createBroker } from '@magpie/broker';
import { unpackBatch } from '@magpie/client';

const MAIN = fileURLToPath(new URL('main.js', import.meta.url));
const NAME = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];

/** Starts the example, gives it some readings, and ends it after `arrived`. */
async function drive(
  t: TestContext,
  env: object,
  readings: readonly string[],
  arrived?: Promise<void>,
): Promise<void> {
  const child = spawn(process.execPath, [MAIN], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  t.after(() => child.kill('SIGKILL'));
  child.stdin.write(readings.map((reading) => `${reading}\n`).join(''));
  await arrived;
  child.stdin.end();
  assert.deepEqual(await once(child, 'exit'), [0, null]);
}

test('vehicle-telemetry sends its readings over TLS, also those of a tunnel', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'magpie-vehicle-'));
  t.after(() => rm(folder, { recursive: true }));
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const files = ['-days', '2', '-keyout', key, '-out', cert];
  await promisify(execFile)('openssl', ['req', ...kind, ...NAME, ...files]);
  const env = { CA: cert, OUTBOX: join(folder, 'outbox') };

  await drive(t, { ...env, MQTT_URL: 'mqtts://localhost:1' }, ['51.1 km/h', '51.3 km/h']);

  const broker = await createBroker();
  t.after(() => broker.close());
  const { port } = await broker.listen({ type: 'tls', port: 0, cert, key });
  const batches: string[][] = [];
  const all = new Promise<void>((resolve) => {
    broker.subscribe('vehicles/truck-7/telemetry', ({ payload }) => {
      batches.push([...unpackBatch(payload)].map((reading) => Buffer.from(reading).toString()));
      if (batches.length === 2) resolve();
    });
  });
  await drive(t, { ...env, MQTT_URL: `mqtts://localhost:${port}` }, ['52.0 km/h'], all);
  assert.deepEqual(batches, [['51.1 km/h', '51.3 km/h'], ['52.0 km/h']]);
});

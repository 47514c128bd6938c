import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createBroker } from '@magpie/broker';
import { connect } from '@magpie/client';

const MAIN = fileURLToPath(new URL('main.js', import.meta.url));

for (const [signal, how] of [
  ['SIGTERM', 'says that it goes'],
  ['SIGKILL', 'has a will for when it cannot'],
] as const) {
  test(`sensor publishes readings, and ${how}`, async (t: TestContext) => {
    const broker = await createBroker();
    t.after(() => broker.close());
    const { port } = await broker.listen({ type: 'tcp', port: 0 });
    const url = `mqtt://127.0.0.1:${port}`;
    const viewer = await connect(url);
    t.after(() => viewer.end());
    const messages = viewer.subscribe('sensors/#', { qos: 1 });
    await messages.ready;

    const env = { ...process.env, MQTT_URL: url, INTERVAL_MS: '10' };
    const sensor = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'ignore', 'inherit'] });
    t.after(() => sensor.kill('SIGKILL'));
    const exited = once(sensor, 'exit');
    const seen: string[] = [];
    for await (const message of messages) {
      if (message.topic === 'sensors/attic/online') seen.push(message.text());
      else if (sensor.exitCode === null && !sensor.killed) {
        assert.match(message.text(), /"load":\d/);
        sensor.kill(signal);
      }
      if (seen.length === 2) break;
    }
    assert.deepEqual(seen, ['true', 'false']);
    assert.deepEqual(await exited, signal === 'SIGTERM' ? [0, null] : [null, signal]);
  });
}

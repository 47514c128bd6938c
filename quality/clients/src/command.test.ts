// needs: mosquitto-clients
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Ports } from './broker.testing.js';
import { mosquittoPub, MosquittoSub } from './mosquitto.testing.js';
import { MqttJs } from './mqttjs.testing.js';
import { Program } from './program.testing.js';

const BROKER = [
  'packages/cli/bin/magpie.js',
  'broker',
  '--port',
  '0',
  '--ws-port',
  '0',
  '--no-http',
];

/** Starts the command as a user would, and waits until it listens. */
async function startCommand(
  t: TestContext,
  storage: readonly string[] = ['--memory'],
): Promise<Ports & { readonly program: Program }> {
  const program = Program.start(t, process.execPath, [...BROKER, ...storage]);
  const lines = await program.linesLike(/"msg":"listening"/, 2);
  const logged = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const portOf = (name: string) =>
    Number(logged.find(({ listener }) => listener === name)?.['port']);
  return { program, host: '127.0.0.1', tcpPort: portOf('tcp'), wsPort: portOf('ws') };
}

for (const qos of ['0', '1', '2']) {
  test(`magpie broker brings messages from mosquitto to mosquitto at QoS ${qos}`, async (t) => {
    const at = await startCommand(t);
    const sub = await MosquittoSub.start(t, at, ['-t', 'greetings/#', '-q', qos, '-C', '3']);
    await mosquittoPub(t, at, ['-t', 'greetings/all', '-q', qos, '-l'], 'hello\n你好\nhi\n');
    assert.deepEqual(
      (await sub.succeeds()).map(({ payload }) => payload),
      ['hello', '你好', 'hi'],
    );
  });
}

test('magpie broker brings messages from MQTT.js on WebSocket to mosquitto and back', async (t) => {
  const at = await startCommand(t);
  const browser = await MqttJs.connect(t, at, 'ws');
  await browser.subscribe('to/browser', 2);
  const sub = await MosquittoSub.start(t, at, ['-t', 'to/device', '-q', '2', '-C', '1']);
  await browser.client.publishAsync('to/device', 'on', { qos: 2 });
  assert.equal((await sub.succeeds())[0]?.payload, 'on');
  await mosquittoPub(t, at, ['-t', 'to/browser', '-q', '2', '-m', 'is on']);
  await browser.hears(1);
  assert.deepEqual(browser.texts, ['is on']);
});

for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
  test(`magpie broker has after ${signal} what mosquitto_pub was told is there`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'magpie-command-'));
    t.after(() => rm(folder, { recursive: true }));
    const storage = ['--data-dir', join(folder, 'data')];
    const session = ['-i', 'x', '-c', '-q', '2', '-t', 'a/#'];

    const at = await startCommand(t, storage);
    await (await MosquittoSub.start(t, at, [...session, '-E'])).succeeds();
    await mosquittoPub(t, at, ['-q', '1', '-t', 'a/1', '-m', 'hello']);
    await mosquittoPub(t, at, ['-q', '2', '-t', 'a/2', '-l'], 'one\ntwo\n');
    await mosquittoPub(t, at, ['-q', '1', '-r', '-t', 'kept', '-m', 'retained']);
    await at.program.stop(signal);

    const again = await startCommand(t, storage);
    const queued = await MosquittoSub.start(t, again, [...session, '-C', '3']);
    assert.deepEqual(
      (await queued.succeeds()).map(({ qos, payload }) => `${qos} ${payload}`),
      ['1 hello', '2 one', '2 two'],
    );
    const kept = await MosquittoSub.start(t, again, ['-t', 'kept', '-C', '1']);
    assert.deepEqual(
      (await kept.succeeds()).map(({ retained, payload }) => ({ retained, payload })),
      [{ retained: true, payload: 'retained' }],
    );
    await again.program.stop('SIGTERM');
  });
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`magpie broker ends with 0 on ${signal}, clients connected or not`, async (t) => {
    const at = await startCommand(t);
    const clients = [await MqttJs.connect(t, at, 'tcp'), await MqttJs.connect(t, at, 'ws')];
    const closed = clients.map((one) => one.closed());
    assert.deepEqual(await at.program.stop(signal), { code: 0, signal: null });
    await Promise.all(closed);
  });
}

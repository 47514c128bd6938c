import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { connectAsync } from 'mqtt';

const MAIN = fileURLToPath(new URL('main.js', import.meta.url));
const AUTHORIZATION = `Basic ${Buffer.from('ann:sunshine').toString('base64')}`;

/** Starts the example as a person would, on free ports. */
async function start(t: TestContext) {
  const env = { ...process.env, HTTP_PORT: '0', MQTT_PORT: '0' };
  const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const [, http = '', mqtt = ''] = /^HTTP at (\S+), MQTT at (\S+)$/.exec(line) ?? [];
  return { child, http, mqtt };
}

async function messages(http: string): Promise<{ topic: string; text: string }[]> {
  const response = await fetch(http, { headers: { Authorization: AUTHORIZATION } });
  assert.equal(response.status, 200);
  return (await response.json()) as { topic: string; text: string }[];
}

test('embedded-http brings messages from HTTP to MQTT and back', async (t) => {
  const { child, http, mqtt } = await start(t);
  const client = await connectAsync(mqtt, { username: 'ann', password: 'sunshine' });
  t.after(() => client.endAsync(true));
  await client.subscribeAsync('lamp/set', { qos: 1 });
  const heard = new Promise((resolve) => {
    client.once('message', (topic, payload) => resolve([topic, payload.toString()]));
  });

  const posted = await fetch(`${http}?topic=lamp/set&qos=1`, {
    method: 'POST',
    headers: { Authorization: AUTHORIZATION },
    body: 'on',
  });
  assert.equal(posted.status, 204);
  assert.deepEqual(await heard, ['lamp/set', 'on']);
  await client.publishAsync('lamp/state', 'is on', { qos: 1 });
  assert.deepEqual(
    (await messages(http)).map(({ topic, text }) => [topic, text]),
    [
      ['lamp/set', 'on'],
      ['lamp/state', 'is on'],
    ],
  );

  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  assert.deepEqual(await exited, [0, null]);
});

test('embedded-http lets nobody in without the right password', async (t) => {
  const { http, mqtt } = await start(t);
  const wrong = { username: 'ann', password: 'rain', reconnectPeriod: 0 };
  await assert.rejects(connectAsync(mqtt, wrong, false), /Bad username or password/);
  assert.equal((await fetch(http)).status, 401);
});

const bad = [
  { why: 'a wildcard in the topic', query: '?topic=a/%23', body: 'x', status: 400 },
  { why: 'no topic', query: '', body: 'x', status: 400 },
  { why: 'a long body', query: '?topic=a', body: 'x'.repeat(70_000), status: 400 },
];
test('embedded-http says what is wrong with a request', async (t) => {
  const { http } = await start(t);
  for (const { why, query, body, status } of bad) {
    const headers = { Authorization: AUTHORIZATION };
    const response = await fetch(`${http}${query}`, { method: 'POST', headers, body });
    assert.equal(response.status, status, why);
    assert.match(((await response.json()) as { error: string }).error, /./);
  }
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { on, once } from 'node:events';
import { createInterface } from 'node:readline';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { connectAsync, type MqttClient } from 'mqtt';

const MAIN = fileURLToPath(new URL('main.js', import.meta.url));
const PASSWORDS = { ann: 'sunshine', bob: 'moonlight', admin: 'starlight' } as const;

/** Starts the example as a person would, on a free port. */
async function start(t: TestContext) {
  const env = { ...process.env, MQTT_PORT: '0' };
  const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const output = on(createInterface(child.stdout), 'line');
  const line = async () => ((await output.next()).value as [string])[0];
  const url = (await line()).replace('MQTT at ', '');
  const connect = async (username: keyof typeof PASSWORDS): Promise<MqttClient> => {
    const client = await connectAsync(url, {
      username,
      password: PASSWORDS[username],
      clientId: `${username}'s`,
    });
    t.after(() => client.endAsync(true));
    return client;
  };
  return { child, url, line, connect };
}

const filters = [
  ['ann', 'users/ann/#', true],
  ['ann', 'news/+', true],
  ['ann', 'users/bob/inbox', false],
  ['ann', 'users/+/inbox', false],
  ['ann', 'users/ann', false],
  ['ann', '#', false],
  ['bob', 'users/bob/inbox', true],
  ['admin', '#', true],
] as const;

test('custom-authorizer grants each user the own topics', async (t) => {
  const { connect } = await start(t);
  const clients = {
    ann: await connect('ann'),
    bob: await connect('bob'),
    admin: await connect('admin'),
  };
  for (const [name, filter, granted] of filters) {
    const subscribing = clients[name].subscribeAsync(filter);
    if (granted) await subscribing;
    else await assert.rejects(subscribing, `${name} subscribed to ${filter}`);
  }
});

test('custom-authorizer drops what somebody else publishes, and says so', async (t) => {
  const { child, connect, line } = await start(t);
  const ann = await connect('ann');
  const bob = await connect('bob');
  await ann.subscribeAsync('users/ann/#');
  const heard = new Promise((resolve) => {
    ann.once('message', (topic, payload) => resolve(`${topic} ${payload.toString()}`));
  });
  await bob.publishAsync('users/ann/inbox', 'from bob', { qos: 1 });
  await ann.publishAsync('users/ann/inbox', 'from ann', { qos: 1 });
  assert.equal(await line(), "bob's may not publish to users/ann/inbox");
  assert.equal(await heard, 'users/ann/inbox from ann');

  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  assert.deepEqual(await exited, [0, null]);
});

test('custom-authorizer knows whom it lets in', async (t) => {
  const { url } = await start(t);
  const wrong = { username: 'admin', password: '', reconnectPeriod: 0 };
  await assert.rejects(connectAsync(url, wrong, false), /Bad username or password/);
});

// needs: mosquitto
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { SystemLoad } from '@magpie/broker/server';
import { connectAsync, type MqttClient } from 'mqtt';
import { startBroker } from './broker.testing.js';
import { startMosquitto } from './our-client.testing.js';

/** What reads the topics that mosquitto tells of itself on has to find the same with Magpie. */

/** What is told under `$SYS`, the newest of each topic; resolves when `ready` is content. */
async function told(
  t: TestContext,
  url: string,
  ready: (values: ReadonlyMap<string, string>, uptimes: number) => boolean,
  act: (client: MqttClient) => Promise<void> = async () => {},
): Promise<ReadonlyMap<string, string>> {
  const client = await connectAsync(url, { clientId: 'watcher' });
  t.after(() => client.endAsync());
  const values = new Map<string, string>();
  let uptimes = 0;
  const all = new Promise<void>((resolve) => {
    client.on('message', (topic, payload) => {
      values.set(topic, payload.toString());
      if (topic === '$SYS/broker/uptime') uptimes++;
      if (ready(values, uptimes)) resolve();
    });
  });
  await client.subscribeAsync('$SYS/#');
  await act(client);
  await all;
  return values;
}

async function startMagpie(t: TestContext): Promise<string> {
  const load = new SystemLoad(); // closed by the broker
  const { host, tcpPort } = await startBroker(t, { metrics: { sysInterval: 1 }, load });
  return `mqtt://${host}:${tcpPort}`;
}

/** The second uptime is later than all that was retained. */
const twice = (_values: unknown, uptimes: number) => uptimes >= 2;

test('Magpie tells of itself on every topic that mosquitto does', async (t) => {
  const { url } = await startMosquitto(t, ['sys_interval 1']);
  const [theirs, ours] = await Promise.all([
    told(t, url, twice),
    told(t, await startMagpie(t), twice),
  ]);
  assert.ok(theirs.size > 40, `mosquitto tells ${theirs.size} topics`);
  assert.deepEqual(
    [...theirs.keys()].filter((topic) => !ours.has(topic)),
    [],
  );
  for (const [topic, text] of ours) {
    if (topic === '$SYS/broker/version') assert.match(text, /^magpie version \d+\.\d+\.\d+/);
    else if (topic === '$SYS/broker/uptime') assert.match(text, /^\d+ seconds$/);
    else if (topic.startsWith('$SYS/broker/load/')) assert.match(text, /^\d+\.\d\d$/);
    else assert.match(text, /^\d+$/, topic);
    const theirText = theirs.get(topic);
    if (theirText === undefined || topic === '$SYS/broker/version') continue;
    assert.equal(shape(theirText), shape(text), topic);
  }
});

function shape(text: string): string {
  return text.replaceAll(/\d+/g, 'N');
}

test('Magpie counts on its topics what mosquitto counts there', async (t) => {
  const { url } = await startMosquitto(t, ['sys_interval 1']);
  const expected = {
    'publish/messages/received': '25',
    'publish/bytes/received': '125',
    'clients/connected': '1',
    'subscriptions/count': '2',
    'publish/messages/dropped': '0',
  };
  const ready = (values: ReadonlyMap<string, string>) =>
    Object.entries(expected).every(([name, text]) => values.get(`$SYS/broker/${name}`) === text);
  const act = async (client: MqttClient) => {
    await client.subscribeAsync('a/b', { qos: 1 });
    for (let count = 0; count < 25; count++) await client.publishAsync('a/b', 'hello', { qos: 1 });
  };
  const both = [url, await startMagpie(t)].map((each) => told(t, each, ready, act));
  for (const values of await Promise.all(both)) {
    const load = Number(values.get('$SYS/broker/load/publish/received/1min'));
    assert.ok(load > 0, `${load}`);
  }
});

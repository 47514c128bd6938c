import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from '@magpie/client';
import { startBroker, until } from '../mqtt/broker.testing.js';
import { message } from '../record/recordings.testing.js';
import { Replayer, type ReplayPlan } from './replayer.js';
import { topicRule } from './topic-rule.js';

const asRecorded: ReplayPlan = {
  speed: 0,
  pauseMsMax: Infinity,
  rules: [],
  qos: undefined,
  retain: undefined,
};
const never = new AbortController().signal;

const plans: [plan: Partial<ReplayPlan>, published: string][] = [
  [{}, 'a/b 1 true'],
  [{ qos: 0, retain: false }, 'a/b 0 false'],
  [{ qos: 2, rules: [topicRule('a/+=c/$1')] }, 'c/b 2 true'],
];
for (const [plan, published] of plans) {
  test(`Replayer publishes ${published} by ${JSON.stringify(plan)}`, async (t) => {
    const { broker, url } = await startBroker(t);
    const heard: string[] = [];
    broker.subscribe('#', (one) => void heard.push(`${one.topic} ${one.qos} ${one.retain}`));
    await using client = await connect(url);
    const replayer = new Replayer(client, { ...asRecorded, ...plan }, never);
    await replayer.publish([message({ topic: 'a/b', qos: 1, retain: true })]);
    await replayer.settled();
    await until(() => heard.length > 0);
    assert.deepEqual(heard, [published]);
    assert.deepEqual([replayer.messages, replayer.payloadBytes], [1, 2]);
  });
}

test('Replayer waits between messages as long as it was, and anew after restart()', async (t) => {
  const { url } = await startBroker(t);
  await using client = await connect(url);
  const replayer = new Replayer(client, { ...asRecorded, speed: 2 }, never);
  const pair = [0, 60_000].map((us) => message({ atUs: 5e6 + us }));
  const beganAtMs = performance.now();
  await replayer.publish(pair);
  replayer.restart();
  await replayer.publish(pair);
  const tookMs = performance.now() - beganAtMs;
  assert.ok(tookMs >= 58, `60 ms, but for a timer's fraction: ${tookMs}`);
});

test('Replayer ends at its signal, also while it waits', async (t) => {
  const { url } = await startBroker(t);
  await using client = await connect(url);
  const stop = new AbortController();
  const replayer = new Replayer(client, { ...asRecorded, speed: 1 }, stop.signal);
  const publishing = replayer.publish([message(), message({ atUs: 1e12 })]);
  await until(() => replayer.messages === 1);
  stop.abort('SIGINT');
  await assert.rejects(publishing);
});

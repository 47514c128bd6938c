import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startBroker, until } from './broker.testing.js';
import { receiveUntilEnd, type Receiver, UNHURRIED } from './receiving.js';

const voice = { err: () => {}, debug: false };
const plan = { ...UNHURRIED, qos: 1, timeoutMs: undefined } as const;

test('receiveUntilEnd() has many messages taken at a time, and finishes well', async (t) => {
  const { broker, url } = await startBroker(t);
  const taken: string[] = [];
  const finishes: (() => void)[] = [];
  const options = { clientId: 'me', cleanSession: false };
  const connection = { server: new URL(url), topic: undefined, options };
  const signal = new AbortController().signal;
  const filters = ['a/#', 'a/1'];
  const running = receiveUntilEnd(
    connection,
    { ...plan, filters },
    { signal, voice },
    (_, end) => ({
      take: ({ topic }) => {
        taken.push(topic);
        if (taken.length === 3) end.done(7);
        return new Promise((resolve) => {
          finishes.push(resolve);
        });
      },
      finish: async () => {
        for (const finish of finishes.slice(0, 2)) finish();
      },
    }),
  );
  await until(() => broker.gauges().subscriptions === 2);
  for (const n of [1, 2, 3]) await broker.publish({ topic: `a/${n}`, payload: 'x', qos: 1 });
  assert.equal(await running, 7);
  // Of the topic that both filters match the broker may send one message or two.
  assert.deepEqual(taken, ['a/1', 'a/2', 'a/3']);
  await until(() => broker.gauges().connections === 0);
  assert.equal(broker.gauges().queuedMessages + broker.gauges().inflightMessages, 1);
});

test('receiveUntilEnd() ends with what the receiver throws, now or at the finish', async (t) => {
  const { broker, url } = await startBroker(t);
  const connection = { server: new URL(url), topic: undefined, options: {} };
  const signal = new AbortController().signal;
  const all: Receiver[] = [
    { take: () => assert.fail('broken') },
    { take: () => Promise.reject(new Error('broken')) },
    {
      take: () => {},
      granted: async () => 0,
      finish: () => Promise.reject(new Error('broken')),
    },
  ];
  for (const receiver of all) {
    const running = receiveUntilEnd(
      connection,
      { ...plan, filters: ['a'] },
      { signal, voice },
      () => receiver,
    );
    running.catch(() => {});
    if (receiver.finish === undefined) {
      await until(() => broker.gauges().subscriptions === 1);
      await broker.publish({ topic: 'a', payload: 'x' });
    }
    await assert.rejects(running, /broken/);
  }
});

/**
 * Goal: a receiver that has finished is not told to begin, and so starts nothing that nobody ends.
 * Method: the end comes before the SUBACK, and finishing takes until that has come.
 */
test('receiveUntilEnd() does not tell a receiver that finishes of its subscriptions', async (t) => {
  const { url } = await startBroker(t);
  const connection = { server: new URL(url), topic: undefined, options: {} };
  const signal = new AbortController().signal;
  const told: string[] = [];
  const running = receiveUntilEnd(
    connection,
    { ...plan, filters: ['a'] },
    { signal, voice },
    (client, ending) => {
      client.on('state', ({ type }) => {
        if (type === 'connected') ending.done(7);
      });
      client.on('packet', ({ type }) => told.push(type));
      return {
        take: () => {},
        granted: async () => void told.push('granted'),
        finish: () => until(() => told.includes('suback')),
      };
    },
  );
  assert.equal(await running, 7);
  assert.deepEqual(told, ['connect', 'connack', 'subscribe', 'suback', 'disconnect']);
});

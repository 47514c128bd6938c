import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClient } from './fake-client.testing.js';
import { SharedClient } from './shared-client.js';

test('SharedClient publishes and subscribes by its connection', async () => {
  const connection = new FakeClient();
  const client = new SharedClient(connection, () => {});
  await client.publish('t', 'x');
  client.subscribe('a/+');
  assert.deepEqual(connection.done, ['t=x', 'subscribe a/+']);
  assert.equal(client.state, connection.state);
});

test('SharedClient.end() ends its own subscriptions, and nothing else', async () => {
  const connection = new FakeClient();
  const [one, other] = [1, 2].map(() => new SharedClient(connection, () => {}));
  one!.subscribe('a');
  other!.subscribe('b');
  await one!.subscribe('c').unsubscribe();
  await one!.end();
  assert.deepEqual(connection.done.slice(3), ['unsubscribe c', 'unsubscribe a']);
  assert.equal(connection.state.type, 'idle');
});

test('SharedClient.end() tells once that it has ended, also without an answer', async () => {
  let ends = 0;
  const connection = new FakeClient();
  const client = new SharedClient(connection, () => ends++);
  const subscription = client.subscribe('a');
  subscription.unsubscribe = () => Promise.reject(new Error('no answer'));
  await assert.rejects(client.end(), /no answer/);
  await client.end();
  assert.equal(ends, 1);
});

test('SharedClient refuses everything once it has ended', async () => {
  const client = new SharedClient(new FakeClient(), () => {});
  await client[Symbol.asyncDispose]();
  await assert.rejects(client.publish('t'), { code: 'ended' });
  assert.throws(() => client.subscribe('t'), { code: 'ended' });
});

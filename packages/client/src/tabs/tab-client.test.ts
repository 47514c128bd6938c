import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deduplicate } from '../dedup/deduplicate.js';
import type { ClientStatistics } from '../model/client-statistics.js';
import { ManualClock } from '../model/manual-clock.testing.js';
import { TabClient } from './tab-client.js';
import type { HostReply, TabRequest } from './tab-messages.js';
import { RecordingPort, settled } from './tab-world.testing.js';

function start() {
  const clock = new ManualClock();
  let ends = 0;
  const onEnd = () => {
    ends++;
    return Promise.resolve();
  };
  const joined: string[] = [];
  const onWelcome = (connection: string) => joined.push(connection);
  const tab = new TabClient({ name: 'tab', clock, onWelcome, onEnd });
  const states: string[] = [];
  tab.on('state', ({ type }) => states.push(type));
  const join = (accepted = 0) => {
    const port = new RecordingPort<TabRequest, HostReply>();
    tab.join(port);
    assert.deepEqual(port.take(), [{ type: 'hello', tab: 'tab' }]);
    const state = { type: 'connected', server: 's', sessionPresent: false } as const;
    port.tell({ type: 'welcome', host: 'h', connection: 'c', state, accepted });
    return port;
  };
  return { tab, clock, states, join, joined, ends: () => ends };
}

const typesAt = (port: RecordingPort<TabRequest, HostReply>) => port.take().map(({ type }) => type);

test('TabClient says nothing before it is welcome, and then all it has', async () => {
  const { tab, states, join, joined } = start();
  const subscription = tab.subscribe('a', { qos: 1 });
  const published = tab.publish('t', 'x', { qos: 1 });
  const port = join();
  assert.deepEqual(typesAt(port), ['subscribe', 'resumed', 'publish']);
  assert.deepEqual(joined, ['c']);
  port.tell({ type: 'granted', id: 1, qos: 1 });
  port.tell({ type: 'settled', number: 1, error: undefined });
  await published;
  assert.equal(await subscription.ready, 1);
  await tab.connected();
  assert.deepEqual(states, ['connected']);
  assert.equal(tab.host, 'h');
});

test('TabClient goes on with the next host, and hears nothing of the last', async () => {
  const { tab, join } = start();
  const first = join();
  const published = tab.publish('t', 'x', { qos: 2 });
  const other = tab.publish('t', 'y', { qos: 2 });
  assert.deepEqual(typesAt(first), ['resumed', 'publish', 'publish']);
  const second = join(1);
  assert.equal(first.closed, true);
  assert.deepEqual(second.take(), [
    { type: 'resumed' },
    {
      type: 'publish',
      number: 2,
      topic: 't',
      payload: new TextEncoder().encode('y'),
      qos: 2,
      retain: false,
    },
  ]);
  const error = { code: 'ended', message: 'x', advice: 'x' } as const;
  first.tell({ type: 'settled', number: 1, error });
  second.tell({ type: 'restored' });
  second.tell({ type: 'settled', number: 2, error: undefined });
  await Promise.all([published, other]);
});

test('TabClient refuses what is none of MQTT, and rejects what its signal takes back', async () => {
  const { tab } = start();
  await assert.rejects(tab.publish('a/#'), /Cannot publish to 'a\/#'/);
  await assert.rejects(tab.publish('a', '', { qos: 3 as 2 }), /at QoS 3: it is 0, 1 or 2/);
  assert.throws(() => tab.subscribe('a/#/b'), /Cannot subscribe to 'a\/#\/b'/);
  const signal = AbortSignal.abort(new Error('enough'));
  await assert.rejects(tab.publish('a', '', { signal }), /enough/);
  await assert.rejects(tab.connected(signal), /enough/);
  assert.throws(() => tab.subscribe('a', { signal }), /enough/);
});

test('TabClient ends when the connection has, and tells everybody why', async () => {
  const { tab, states, join, ends } = start();
  const port = join();
  const reading = tab.subscribe('a').next();
  const published = tab.publish('t', 'x');
  const why = { code: 'connect-refused', message: 'no: x', advice: 'x' } as const;
  port.tell({ type: 'state', state: { type: 'ended', why } });
  await assert.rejects(reading, { code: 'connect-refused' });
  await assert.rejects(published, { code: 'connect-refused' });
  await assert.rejects(tab.connected(), { code: 'connect-refused' });
  await assert.rejects(tab.publish('t'), { code: 'ended' });
  assert.throws(() => tab.subscribe('t'), { code: 'ended' });
  assert.deepEqual(states, ['connected', 'ended']);
  await tab.end();
  assert.equal(ends(), 1);
});

test('TabClient ends when there is no connection to share', async () => {
  const { tab } = start();
  const port = new RecordingPort<TabRequest, HostReply>();
  tab.join(port);
  port.tell({ type: 'failed', error: { code: 'outbox-failed', message: 'no: x', advice: 'x' } });
  await assert.rejects(tab.connected(), { code: 'outbox-failed' });
});

test('TabClient.end() waits for what it has published, then says bye', async () => {
  const { tab, join, ends } = start();
  const port = join();
  const reading = tab.subscribe('a').next();
  const published = tab.publish('t', 'x', { qos: 1 });
  const ended = tab.end();
  await settled();
  assert.equal(ends(), 0);
  port.tell({ type: 'settled', number: 1, error: undefined });
  await ended;
  await published;
  assert.deepEqual(await reading, { value: undefined, done: true });
  assert.equal(port.take().at(-1)?.type, 'bye');
  assert.deepEqual([tab.state.type, port.closed, ends()], ['ended', true, 1]);
  const late = new RecordingPort<TabRequest, HostReply>();
  tab.join(late);
  assert.deepEqual([late.take(), late.closed], [[], true]);
});

test('TabClient.end() waits no longer than it may', async () => {
  const { tab, clock, join } = start();
  join();
  const published = tab.publish('t', 'x', { qos: 1 });
  const ended = tab.end({ drain: 3000 });
  await settled();
  clock.advance(3000);
  await ended;
  await assert.rejects(published, { code: 'ended' });
});

test('TabClient.unsubscribe() ends all subscriptions to a filter', async () => {
  const { tab, join } = start();
  const port = join();
  tab.subscribe('a');
  tab.subscribe('a');
  tab.subscribe('b');
  port.take();
  const left = tab.unsubscribe('a');
  assert.deepEqual(
    port.take().map((request) => 'id' in request && request.id),
    [1, 2],
  );
  port.tell({ type: 'unsubscribed', id: 1 });
  port.tell({ type: 'unsubscribed', id: 2 });
  await left;
});

test('TabClient tells errors of the shared connection', () => {
  const { tab, join } = start();
  const codes: string[] = [];
  tab.on('error', ({ code }) => codes.push(code));
  const port = join();
  const error = { code: 'connection-lost', message: 'a: b', advice: 'b' } as const;
  port.tell({ type: 'error', error });
  assert.deepEqual(codes, ['connection-lost']);
});

test('TabClient.publishMany() publishes in order, and resolves when all are done', async () => {
  const { tab, join } = start();
  const port = join();
  port.take();
  const done = tab.publishMany([
    { topic: 'a', payload: '1', qos: 1 },
    { topic: 'b', payload: '2', retain: true },
  ]);
  const posted = port.take().map((request) => request.type === 'publish' && request.topic);
  assert.deepEqual(posted, ['a', 'b']);
  for (const number of [2, 1]) port.tell({ type: 'settled', number, error: undefined });
  await done;
  await assert.rejects(tab.publishMany([{ topic: '#' }]), TypeError);
});

test('TabClient.statistics() are those of the host', async () => {
  const { tab, join } = start();
  const asked = tab.statistics();
  const port = join();
  assert.deepEqual(port.take(), [{ type: 'resumed' }, { type: 'statistics', number: 1 }]);
  const statistics = { connections: 3 } as ClientStatistics;
  port.tell({ type: 'statistics', number: 1, statistics });
  assert.equal(await asked, statistics);
  const late = tab.statistics();
  void tab.end();
  await assert.rejects(late, { code: 'ended' });
  await assert.rejects(tab.statistics(), { code: 'ended' });
});

test('TabClient.subscribe() with deduplicate knows the identifiers of a session', async () => {
  const { tab, join } = start();
  const got: string[] = [];
  const one = tab.subscribe('a', { qos: 1, deduplicate: deduplicate() }, (message) => {
    got.push(message.text());
  });
  const message = (dup: boolean) =>
    ({
      type: 'message',
      id: 1,
      topic: 'a',
      payload: new TextEncoder().encode('x'),
      qos: 1,
      retain: false,
      dup,
      packetId: 7,
    }) as const;
  const port = join();
  port.tell(message(false));
  port.tell(message(true));
  assert.deepEqual([got.length, one.duplicates], [1, 1]);
  const state = { type: 'connected', server: 's', sessionPresent: false } as const;
  port.tell({ type: 'state', state });
  port.tell(message(true));
  assert.equal(got.length, 2);
});

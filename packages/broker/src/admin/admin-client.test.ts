import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { createBroker } from '../broker.js';
import { SystemClock } from '../model/clock.js';
import { silentLogger } from '../observe/logger.js';
import { MemoryListener } from '../memory-listener.testing.js';
import { TestClient } from '../test-client.testing.js';
import { AccountBook } from './access/account-book.js';
import { TestHost } from './host/admin-host.testing.js';
import { AdminClient } from './admin-client.js';
import type { FeedEventOf } from './api/feed-event.js';
import { startAdminServer } from './admin-server.js';
import { NASTY_IDS } from './routes/nasty-ids.testing.js';

async function start(t: TestContext, { embedded = false } = {}) {
  const broker = await createBroker();
  t.after(() => broker.close());
  const book = new AccountBook({ accounts: [], tokens: [] }, () => Promise.resolve());
  const token = book.makeLocalToken();
  const server = await startAdminServer({
    host: '127.0.0.1',
    port: 0,
    version: '1.2.3',
    source: { notReady: () => undefined, metrics: () => [] },
    log: silentLogger,
    api: {
      broker,
      book,
      limits: broker.limits,
      clock: new SystemClock(),
      ...(!embedded && { host: new TestHost(t) }),
    },
  });
  t.after(() => server.close());
  const url = `http://127.0.0.1:${server.port}`;
  return { broker, book, url, server, admin: new AdminClient({ url, token }) };
}

/** Feeds that are read, as /metrics tells it. */
async function feeds(admin: AdminClient): Promise<string[]> {
  const metrics = await admin.metrics();
  return metrics
    .filter(({ name, value }) => name === 'magpie_feeds' && value > 0)
    .map(({ labels, value }) => `${labels?.['feed']} ${value}`);
}

test('AdminClient asks a broker over HTTP', async (t) => {
  const { broker, admin } = await start(t);
  assert.equal((await admin.self()).role, 'admin');
  const ban = { as: 'clientid', who: 'a/b?c' } as const;
  assert.equal((await admin.ban(ban)).by, 'program');
  assert.equal((await admin.bans()).meta.count, 1);
  await admin.unban(ban);
  assert.deepEqual(broker.bans.list(), []);
  await admin.setLogLevel('warn');
  assert.equal(await admin.logLevel(), 'warn');
  const watch = await admin.watchPackets(ban);
  assert.deepEqual(await admin.watchedPackets(), [watch]);
  await admin.unwatchPackets(ban);
  assert.deepEqual(broker.packetWatches.list(), []);
  await admin.publish({ topic: 'a/ä &=', payload: 'x', retain: true });
  assert.equal((await admin.retainedMessage('a/ä &=')).payload, 'eA==');
  assert.deepEqual((await admin.topics({ parent: 'a' })).data[0]?.topic, 'a/ä &=');
  await admin.deleteRetained('a/ä &=');
  assert.equal(broker.retained.count, 0);
  const question = { topic: 'a/b', to: 'c', from: 'p', sinceMs: 5000 };
  const explanation = await admin.explain(question);
  assert.deepEqual(explanation.question, question);
  assert.equal(explanation.verdict.kind, 'never-connected');
  const wanted = { topic: 'a/b', qos: 1, retain: true } as const;
  const { question: asked, deliveries } = await admin.whatIf(wanted);
  assert.deepEqual([asked, deliveries], [wanted, []]);
  assert.deepEqual(await feeds(admin), []);
  assert.deepEqual(await admin.slowSubscribers(5), []);
  assert.equal((await admin.audit()).data[0]?.action, 'DELETE /api/v1/retained/message');
  assert.deepEqual((await admin.tokens()).data, []);
  assert.deepEqual((await admin.accounts()).data, []);
});

test('AdminClient is told what a broker in a program cannot do for it', async (t) => {
  const { admin } = await start(t, { embedded: true });
  const refused = { status: 409, code: 'NOT_CONFIGURED' };
  await assert.rejects(admin.logLevel(), refused);
  await assert.rejects(admin.setLogLevel('warn'), refused);
  await assert.rejects(admin.reload(), refused);
});

for (const id of NASTY_IDS) {
  const shown = JSON.stringify(id).slice(0, 30);
  test(`AdminClient reaches the client ${shown} by its path, over HTTP`, async (t) => {
    const { broker, admin } = await start(t);
    const listener = new MemoryListener();
    await broker.listen(listener);
    const client = await TestClient.connected(listener, id);
    await client.subscribe(['x', 0]);
    assert.equal((await admin.client(id)).clientid, id);
    const [subscription] = (await admin.subscriptions(id)).data;
    assert.deepEqual([subscription?.clientid, subscription?.topic], [id, 'x']);
    const found = await admin.allSubscriptions({ clientid: id, match_topic: 'x' });
    assert.deepEqual(found.data, [subscription]);
    assert.equal((await admin.statistics(id)).clientid, id);
    assert.equal((await admin.queuedMessages(id)).meta.count, 0);
    await admin.disconnect(id);
    await client.closedByPeer();
    await assert.rejects(admin.disconnect(id), { code: 'CLIENTID_NOT_FOUND' });
    const ban = { as: 'clientid', who: id } as const;
    await admin.ban(ban);
    await admin.unban(ban);
    assert.deepEqual(broker.bans.list(), []);
  });
}

test('AdminClient.all() walks all pages', async (t) => {
  const { broker, admin } = await start(t);
  for (let made = 0; made < 1001; made++) {
    await broker.publish({ topic: `t/${made}`, payload: 'x', retain: true });
  }
  let count = 0;
  for await (const _ of admin.all((wanted) => admin.retained(wanted))) count++;
  assert.equal(count, 1001);
});

test('AdminClient shows what is on its way to a client, position by position', async (t) => {
  const { broker, admin } = await start(t);
  const listener = new MemoryListener();
  await broker.listen(listener);
  const client = await TestClient.connected(listener, 'c');
  await client.subscribe(['a', 1]);
  for (const payload of ['0', '1', '2']) await broker.publish({ topic: 'a', payload, qos: 1 });
  const first = await admin.inflightMessages('c', { limit: 2 });
  assert.deepEqual([first.data.length, first.meta.count], [2, 3]);
  const position = first.meta.position ?? undefined;
  const second = await admin.inflightMessages('c', { position, max_payload_bytes: 0 });
  assert.deepEqual(
    second.data.map(({ packet_id }) => packet_id),
    [3],
  );
});

test('AdminClient follows events and messages until the broker stops', async (t) => {
  const { broker, admin, server } = await start(t);
  const listener = new MemoryListener();
  await broker.listen(listener);
  const seen: string[] = [];
  const follow = async <Event extends string, Data>(
    feed: AsyncGenerator<FeedEventOf<Event, Data>>,
    begun: () => void,
  ) => {
    for await (const { event, data } of feed) {
      seen.push(event === 'end' ? `end ${JSON.stringify(data)}` : event);
      begun();
    }
  };
  const first = new EventTarget();
  const told = (name: string) => () => void first.dispatchEvent(new Event(name));
  const both = [once(first, 'events'), once(first, 'messages')];
  const ended = Promise.all([
    follow(admin.events({ kinds: ['connected'], clientid: 'c' }), told('events')),
    follow(admin.liveMessages({ filter: 'a/#', rate: 5 }), told('messages')),
  ]);
  while (server.feeds < 2) await setImmediate();
  assert.deepEqual(await feeds(admin), ['events 1', 'messages 1']);
  await TestClient.connected(listener, 'c');
  await broker.publish({ topic: 'a/b' });
  await Promise.all(both);
  await server.close();
  await ended;
  assert.deepEqual(seen.toSorted(), [
    'connected',
    'end {"reason":"broker-stopped"}',
    'end {"reason":"broker-stopped"}',
    'message',
  ]);
  await assert.rejects(admin.liveMessages({ filter: '#' }).next(), { code: 'UNREACHABLE' });
});

test('AdminClient tells why it cannot follow', async (t) => {
  const { admin } = await start(t);
  await assert.rejects(admin.liveMessages({ filter: 'a#' }).next(), { code: 'BAD_REQUEST' });
});

test('AdminClient tells what the API has refused, in its words', async (t) => {
  const { url, admin } = await start(t);
  for (const asked of [
    () => admin.client('nobody'),
    () => admin.disconnect('nobody'),
    () => admin.subscriptions('nobody'),
  ]) {
    await assert.rejects(asked(), {
      name: 'AdminApiError',
      status: 404,
      code: 'CLIENTID_NOT_FOUND',
      message: /no client of this identifier/,
    });
  }
  const stranger = new AdminClient({ url: `${url}/`, token: 'magpie_wrong' });
  await assert.rejects(stranger.clients(), { status: 401, code: 'UNAUTHORIZED' });
  await assert.rejects(new AdminClient({ url }).clients(), { status: 401 });
});

test('AdminClient says that nobody answers, or no Magpie', async () => {
  const server = createServer((_, response) => void response.end('hello'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await assert.rejects(new AdminClient({ url }).self(), {
    code: 'NO_API',
    message: /answers 200 and no JSON: is it a Magpie\?$/,
  });
  server.close();
  await once(server, 'close');
  await assert.rejects(new AdminClient({ url }).self(), {
    status: 0,
    code: 'UNREACHABLE',
    message: /cannot be reached: .*ECONNREFUSED/,
  });
});

test('AdminClient starts traces, reads what they see, and ends them', async (t) => {
  const { broker, admin } = await start(t);
  const { id } = await admin.startTrace({ topic: 'a/#', messages_max: 1 });
  await broker.publish({ topic: 'a/1' });
  const seen: string[] = [];
  for await (const { event, data } of admin.traceEvents(id, { after: 1 })) {
    seen.push(event === 'station' ? data.kind : event);
  }
  assert.deepEqual(seen, ['matched', 'dropped', 'settled', 'ended', 'end']);
  assert.equal((await admin.trace(id)).ended, 'count');
  assert.equal((await admin.traces()).meta.count, 1);
  await admin.removeTrace(id);
  await assert.rejects(admin.trace(id), { status: 404, code: 'NOT_FOUND' });
  await assert.rejects(admin.traceEvents(id).next(), { status: 404, code: 'NOT_FOUND' });
});

test('AdminClient stops reading at its signal, and says when the broker is gone', async (t) => {
  const { broker, book, url, admin } = await start(t);
  const { id } = await admin.startTrace();
  const stop = new AbortController();
  const stopping = new AdminClient({ url, token: book.makeLocalToken(), signal: stop.signal });
  await broker.publish({ topic: 'a' });
  const events = stopping.traceEvents(id);
  assert.equal((await events.next()).done, false);
  stop.abort();
  let last = await events.next();
  while (last.done !== true) last = await events.next();
  const cut = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(':\n\n', () => response.destroy());
  });
  cut.listen(0, '127.0.0.1');
  await once(cut, 'listening');
  t.after(() => cut.close());
  const lost = new AdminClient({ url: `http://127.0.0.1:${(cut.address() as AddressInfo).port}` });
  await assert.rejects(lost.traceEvents('1').next(), { status: 0, code: 'UNREACHABLE' });
});

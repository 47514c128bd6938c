import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Store } from '../../stores/store.js';
import { LmdbStore } from '../../stores/lmdb/lmdb-store.js';
import type { Role } from '../access/role.js';
import { ApiWorld } from '../api/api-world.testing.js';
import type { PendingInfo, PositionMeta } from './pending-routes.js';

interface Answer {
  readonly data: PendingInfo[];
  readonly meta: PositionMeta;
}

async function list(world: ApiWorld, path: string, role: Role = 'operator'): Promise<Answer> {
  const response = await world.ask(`GET /clients/${path}`, role);
  assert.equal(response.status, 200);
  return (await response.json()) as Answer;
}

function text({ payload }: PendingInfo): string {
  return Buffer.from(payload ?? '', 'base64').toString();
}

async function onDisk(t: TestContext): Promise<[ApiWorld, Store]> {
  const dir = await mkdtemp(join(tmpdir(), 'magpie-pending-'));
  const store = await LmdbStore.open(dir);
  const world = await ApiWorld.start(t, { store });
  t.after(() => rm(dir, { recursive: true })); // after the broker has ended
  return [world, store];
}

const worlds: readonly (readonly [name: string, start: (t: TestContext) => Promise<ApiWorld>])[] = [
  ['in memory', (t) => ApiWorld.start(t)],
  ['on disk', async (t) => (await onDisk(t))[0]],
];

for (const [name, start] of worlds) {
  test(`pendingRoutes: what waits for a client that is away, ${name}, page by page`, async (t) => {
    const world = await start(t);
    await world.away('away', ['#', 2]);
    const publisher = await world.connect('pump');
    publisher.publish('a', 'm0', { qos: 1, packetId: 1 });
    await publisher.next('puback');
    for (let at = 1; at < 700; at++)
      void world.broker.publish({ topic: 'a', payload: `m${at}`, qos: 2 });
    const first = await list(world, 'away/mqueue_messages?limit=1');
    assert.deepEqual(first.data, [
      {
        state: 'queued',
        packet_id: null,
        topic: 'a',
        qos: 1,
        retain: false,
        from_clientid: 'pump',
        payload_bytes: 2,
        payload: Buffer.from('m0').toString('base64'),
        left: null,
      },
    ]);
    const seen = first.data.map(text);
    let { meta } = first;
    assert.deepEqual([meta.count, meta.hasnext, meta.limit], [700, true, 1]);
    while (meta.position !== null) {
      const next = await list(world, `away/mqueue_messages?limit=300&position=${meta.position}`);
      seen.push(...next.data.map(text));
      meta = next.meta;
    }
    assert.deepEqual(
      seen,
      Array.from({ length: 700 }, (_, at) => `m${at}`),
    );
    assert.equal(world.broker.gauges().queuedMessages, 700);
  });

  test(`pendingRoutes: what is in flight, ${name}`, async (t) => {
    const world = await start(t);
    await world.away('c', ['#', 2]);
    void world.broker.publish({ topic: 'a', payload: 'one', qos: 1 });
    void world.broker.publish({ topic: 'a', payload: 'two', qos: 2 });
    const client = await world.back('c');
    await client.messages(2);
    client.send({ type: 'pubrec', packetId: 2 });
    await client.next('pubrel');
    const { data, meta } = await list(world, 'c/inflight_messages');
    assert.deepEqual(
      data.map((row) => [row.state, row.packet_id, row.topic, text(row)]),
      [
        ['sent', 1, 'a', 'one'],
        ['received', 2, null, ''],
      ],
    );
    assert.deepEqual([meta.count, meta.hasnext, meta.position], [2, false, null]);
    assert.deepEqual((await list(world, 'c/mqueue_messages')).data, []);
  });
}

test('pendingRoutes: payloads are for operators, and so many bytes of each', async (t) => {
  const world = await ApiWorld.start(t);
  await world.away('c', ['#', 1]);
  await world.broker.publish({ topic: 'a', payload: 'x'.repeat(3000), qos: 1 });
  const payloadOf = async (query: string, role: Role) => {
    const [row] = (await list(world, `c/mqueue_messages${query}`, role)).data;
    assert.equal(row?.payload_bytes, 3000);
    return row.payload === null ? null : text(row).length;
  };
  assert.equal(await payloadOf('', 'viewer'), null);
  assert.equal(await payloadOf('', 'operator'), 1024);
  assert.equal(await payloadOf('?max_payload_bytes=5', 'admin'), 5);
  assert.equal(await payloadOf('?max_payload_bytes=0', 'admin'), 0);
  assert.equal(await payloadOf('?max_payload_bytes=65536', 'admin'), 3000);
});

test('pendingRoutes: a page has 4 MiB of payloads and no more', async (t) => {
  const world = await ApiWorld.start(t);
  await world.away('c', ['#', 1]);
  const payload = 'x'.repeat(65_536);
  for (let at = 0; at < 70; at++) await world.broker.publish({ topic: 'a', payload, qos: 1 });
  const { data } = await list(world, 'c/mqueue_messages?max_payload_bytes=65536');
  const bytes = data.map((row) => text(row).length);
  assert.deepEqual(bytes, [...Array<number>(64).fill(65_536), 0, 0, 0, 0, 0, 0]);
});

test('pendingRoutes says that the store cannot be read', async (t) => {
  const [world, store] = await onDisk(t);
  await world.away('c', ['#', 1]);
  await world.broker.publish({ topic: 'a', qos: 1 });
  store.read = () => Promise.reject(new Error('the disk is gone'));
  const response = await world.ask('GET /clients/c/mqueue_messages', 'viewer');
  assert.deepEqual(
    [response.status, await response.json()],
    [503, { code: 'STORE_FAILED', message: 'the disk is gone' }],
  );
});

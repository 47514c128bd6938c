/** Queues of clients that are away, with the store on disk: their limits, and what they cost. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Broker, createBroker } from './broker.js';
import { MemoryListener } from './memory-listener.testing.js';
import type { Limits } from './model/limits.js';
import { freshFolder } from './stores/lmdb/fresh-folder.testing.js';
import { LmdbStore } from './stores/lmdb/lmdb-store.js';
import { TestClient } from './test-client.testing.js';

interface World {
  readonly broker: Broker;
  readonly listener: MemoryListener;
}

async function start(t: TestContext, folder: string, limits: Partial<Limits>): Promise<World> {
  const broker = await createBroker({ store: await LmdbStore.open(folder), limits });
  t.after(() => broker.close());
  const listener = new MemoryListener();
  await broker.listen(listener);
  return { broker, listener };
}

function connected({ listener }: World, clientId: string): Promise<TestClient> {
  return TestClient.connected(listener, clientId, { cleanSession: false });
}

/** Clients with a topic of their own each, all of them away. */
async function makeSessions(world: World, clientIds: readonly string[]): Promise<void> {
  for (const clientId of clientIds) {
    const client = await connected(world, clientId);
    await client.subscribe([clientId, 1]);
    client.send({ type: 'disconnect' });
    await client.peer.closed;
  }
}

function queued({ broker }: World): [messages: number, bytes: number] {
  const { queuedMessages, queuedBytes } = broker.gauges();
  return [queuedMessages, queuedBytes];
}

/** `a` has three messages of 2 bytes each in its queue, and `b` one where the limit is for all. */
const limits: readonly (readonly [limit: Partial<Limits>, others: number])[] = [
  [{ queuedMessagesMax: 3 }, 0],
  [{ queuedBytesMax: 6 }, 0],
  [{ queuedMessagesTotalMax: 4 }, 1],
  [{ queuedBytesTotalMax: 8 }, 1],
];
const policies: readonly (readonly [Limits['queueFullPolicy'], left: string[]])[] = [
  ['drop-newest', ['0', '1', '2']],
  ['drop-oldest', ['1', '2', '3']],
  ['disconnect', ['0', '1', '2']],
];
for (const [limit, others] of limits) {
  for (const [queueFullPolicy, left] of policies) {
    for (const restarts of [false, true]) {
      const when = restarts ? ' after a restart' : '';
      test(`Broker keeps ${Object.keys(limit)[0]}, ${queueFullPolicy}${when}`, async (t) => {
        const folder = await freshFolder(t);
        let world = await start(t, folder, { ...limit, queueFullPolicy });
        await makeSessions(world, ['a', 'b']);
        const publish = (topic: string, payload: string) =>
          world.broker.publish({ topic, payload, qos: 1 });
        for (let other = 0; other < others; other++) await publish('b', 'x');
        for (const payload of ['0', '1', '2']) await publish('a', payload);
        const full: [number, number] = [3 + others, 6 + 2 * others];
        assert.deepEqual(queued(world), full);
        assert.equal(world.broker.counters.dropped['queue-full'], 0); // just at the border
        if (restarts) {
          await world.broker.close();
          world = await start(t, folder, { ...limit, queueFullPolicy });
          assert.deepEqual(queued(world), full);
        }
        await publish('a', '3');
        assert.deepEqual(queued(world), full);
        assert.equal(world.broker.counters.dropped['queue-full'], 1);
        const client = await connected(world, 'a');
        const payloads = (await client.messages(3)).map((line) => line.slice(2, 3));
        assert.deepEqual(payloads, left);
        assert.deepEqual(await client.nothingMore(), []);
        assert.deepEqual(queued(world), [others, 2 * others]);
        await world.broker.close(); // before its folder goes
      });
    }
  }
}

/**
 * Goal: what is queued for clients that are away takes no memory, and comes back in order.
 * Method: 64 MiB for 16 sessions, each message of them 64 KiB; memory is looked at after the
 * garbage was collected, until it is steady: that of buffers is given back a little later.
 */
test('Broker keeps 64 MiB of queued messages on disk, and gives them back in order', async (t) => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const memory = async () => {
    let least = Infinity;
    for (let steady = 0; steady < 5; steady++) {
      collectGarbage();
      await callbacksDone();
      const { heapUsed, external } = process.memoryUsage();
      if (heapUsed + external < 0.99 * least) steady = 0;
      least = Math.min(least, heapUsed + external);
    }
    return least;
  };
  const world = await start(t, await freshFolder(t), { inflightMax: 10 });
  const ids = Array.from({ length: 16 }, (_, index) => `client ${index}`);
  await makeSessions(world, ids);
  const before = await memory();
  for (let number = 0; number < 64; number++) {
    const payload = `${number} `.padEnd(65_536, 'x');
    await Promise.all(ids.map((topic) => world.broker.publish({ topic, payload, qos: 1 })));
  }
  assert.ok(world.broker.gauges().queuedBytes > 64 * 1024 * 1024);
  const grownBytes = (await memory()) - before;
  // What is on its way to the disk, and memory that is kept for what comes next.
  assert.ok(grownBytes < 16 * 1024 * 1024, `${grownBytes} bytes more`);
  for (const clientId of ids) {
    const client = await connected(world, clientId);
    for (let number = 0; number < 64; number++) {
      const { payload, packetId } = await client.next('publish');
      assert.equal(Number.parseInt(Buffer.from(payload).toString('latin1', 0, 3), 10), number);
      client.send({ type: 'puback', packetId });
    }
  }
  assert.deepEqual(queued(world), [0, 0]);
  await world.broker.close(); // before its folder goes
});

test('Broker ends a session with many messages on disk, and nothing of it stays', async (t) => {
  const folder = await freshFolder(t);
  const world = await start(t, folder, { queuedMessagesMax: 100_000 });
  await makeSessions(world, ['a', 'b']);
  const publisher = await TestClient.connected(world.listener, 'publisher');
  for (let number = 1; number <= 25_000; number++) {
    publisher.publish(number % 1000 === 0 ? 'b' : 'a', 'm', { qos: 1, packetId: number });
  }
  for (let number = 1; number <= 25_000; number++) await publisher.next('puback');
  assert.equal(world.broker.gauges().queuedMessages, 25_000);
  const again = await TestClient.connected(world.listener, 'a'); // a clean session: the end of it
  assert.deepEqual(queued(world), [25, 50]);
  assert.deepEqual(await again.nothingMore(), []);
  await world.broker.close();
  const next = await start(t, folder, {});
  assert.deepEqual(queued(next), [25, 50]);
  const client = await connected(next, 'b');
  assert.equal((await client.messages(25)).length, 25);
  await next.broker.close(); // before its folder goes
});

function callbacksDone(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

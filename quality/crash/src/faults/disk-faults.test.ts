// needs: gcc
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { FailingDisk, type Fault } from './failing-disk.js';
import { FaultyBroker, freshPlace } from './faulty-broker.testing.js';
import { SmallDisk } from './small-disk.testing.js';
import { TestMqttClient } from './test-mqtt-client.testing.js';

const BACKLOG_BYTES = 1_048_576;
const PAYLOAD_BYTES = 8192;
/** Three times what may wait for the store. */
const MESSAGES = 400;
const ECHO = 9999;
/** What hangs shall not hold up all others. */
const LIMITED = { timeout: 60_000 };

async function place(t: TestContext) {
  const { folder, dir } = await freshPlace(t);
  const disk = await FailingDisk.compile(folder, dir);
  const start = (args: readonly string[] = []) => {
    const limit = ['--limit', `storeBacklogBytesMax=${BACKLOG_BYTES}`];
    const { env } = disk;
    return new FaultyBroker(t, { dir, args: [...args, ...limit], env });
  };
  /** Fills the disk. Without one of its own, the disk says that it is full. */
  const fill = async () => {
    const small = await SmallDisk.mount(t, join(folder, 'disk'));
    return {
      fail: () => small?.fill() ?? disk.fail('full'),
      work: () => small?.empty() ?? disk.work(),
    };
  };
  return { disk, dir, start, fill };
}

/** A session that gets everything below `t` and whose client is away. */
async function awaySubscriber(t: TestContext, port: number): Promise<void> {
  const subscriber = await TestMqttClient.open(t, port, 'away', false);
  await subscriber.subscribe('t', 1);
  subscriber.cut();
}

/** What that session holds. */
async function whatIsThere(t: TestContext, port: number, last: number) {
  const subscriber = await TestMqttClient.open(t, port, 'away', false);
  await subscriber.until(() => subscriber.received.has(last));
  return subscriber.received;
}

const writes: readonly { readonly fault: Fault | 'no room'; readonly why: RegExp }[] = [
  { fault: 'write', why: /^Cannot write to the store in \S+: EIO: i\/o error, write/ },
  { fault: 'full', why: /^Cannot write to the store in \S+: ENOSPC: no space left on device/ },
  { fault: 'read-only', why: /^Cannot write to the store in \S+: EROFS: read-only file system/ },
  { fault: 'no room', why: /^Cannot write to the store in \S+: .*no space left on device/i },
];
for (const { fault, why } of writes) {
  /**
   * Goal: while the disk takes nothing, nothing that needs it is acknowledged, that can be seen,
   * memory is bounded, and who needs no disk notices nothing; afterwards it goes on by itself.
   * Method: the real command on a disk that fails when it is told to.
   */
  test(`magpie broker waits for a disk that fails: ${fault}`, LIMITED, async (t) => {
    const { disk, fill, start } = await place(t);
    const { fail, work } =
      fault === 'no room'
        ? await fill()
        : { fail: () => disk.fail(fault), work: () => disk.work() };
    const broker = start();
    const port = await broker.port('tcp');
    await awaySubscriber(t, port);
    const publisher = await TestMqttClient.open(t, port, 'publisher', true);
    publisher.publish('t', 1, 1, PAYLOAD_BYTES);
    await publisher.until(() => publisher.acknowledged.has(1));
    assert.equal(await broker.page('/health/ready'), '200 ready\n');

    await fail();
    for (let number = 2; number <= MESSAGES; number++) {
      publisher.publish('t', number, 1, PAYLOAD_BYTES);
    }
    const told = await broker.event('store-failed');
    assert.deepEqual([told.level, 'err' in told], ['error', false]);
    assert.match(String(told['why']), why);
    assert.equal(
      await broker.page('/health/ready'),
      '503 not ready: the store fails, and nothing that needs it is acknowledged\n',
    );
    assert.equal(await broker.page('/health/live'), '200 live\n');
    assert.equal(await broker.metric('magpie_store_failed'), 1);
    const canary = await TestMqttClient.open(t, port, 'canary', true);
    await canary.subscribe('canary', 0);
    canary.publish('canary', 7, 0);
    await canary.until(() => canary.received.has(7));
    // All that the publisher has sent is at the broker or waits in its socket.
    while ((await broker.metric('magpie_store_backlog_bytes')) < BACKLOG_BYTES / 2);
    assert.ok((await broker.metric('magpie_store_backlog_bytes')) < 2 * BACKLOG_BYTES);
    assert.deepEqual([...publisher.acknowledged], [1]);

    await work();
    await publisher.until(() => publisher.acknowledged.size === MESSAGES);
    await broker.event('store-recovered');
    assert.equal(await broker.page('/health/ready'), '200 ready\n');
    assert.equal(await broker.metric('magpie_store_failed'), 0);
    await broker.kill('SIGKILL');
    assert.equal((await whatIsThere(t, await start().port('tcp'), MESSAGES)).size, MESSAGES);
  });
}

for (const sync of ['always', 'interval'] as const) {
  for (const fault of ['sync-once', 'sync'] as const) {
    /**
     * Goal: nothing acknowledged rests on pages that the system has lost with a sync that failed,
     * though the next sync succeeds.
     * Method: such a sync turns what it should have written into garbage at once.
     */
    test(
      `magpie broker writes again what a failed sync has lost: ${sync}, ${fault}`,
      LIMITED,
      async (t) => {
        const { disk, start } = await place(t);
        const broker = start(['--sync', sync, '--sync-interval', '500']);
        const port = await broker.port('tcp');
        await awaySubscriber(t, port);
        const publisher = await TestMqttClient.open(t, port, 'publisher', true);
        await publisher.subscribe('echo', 0);
        let number = 0;
        const publish = (until: number) => {
          while (number < until) publisher.publish('t', ++number, 1);
        };
        publish(50);
        await publisher.until(() => publisher.acknowledged.size === 50);
        await disk.fail(fault);
        publish(100);
        // The garbage comes at once: not in the middle of a transaction if none is made.
        if (sync === 'interval') await publisher.until(() => publisher.acknowledged.size === 100);
        const failed = ['store-failed', 'store-sync-failed'];
        const told = await broker.line(({ event }) => failed.includes(String(event)));
        assert.equal(told.level, 'error');
        if (fault === 'sync') {
          assert.match(await broker.page('/health/ready'), /^503 not ready: the store fails/);
          // What needs no store is not held back. It comes behind all that was acknowledged so far.
          publisher.publish('echo', ECHO, 0);
          await publisher.until(() => publisher.received.has(ECHO));
          const acknowledged = publisher.acknowledged.size;
          publish(150);
          while ((await broker.metric('magpie_store_commits_failed_total')) < 2);
          assert.equal(publisher.acknowledged.size, acknowledged);
          await disk.work();
        }
        publish(200);
        await publisher.until(() => publisher.acknowledged.size === 200);
        assert.equal(await broker.page('/health/ready'), '200 ready\n');
        await broker.kill('SIGKILL');
        const again = start();
        assert.equal((await whatIsThere(t, await again.port('tcp'), 200)).size, 200);
        assert.deepEqual(await again.kill('SIGTERM'), { code: 0, signal: null, stderr: '' });
      },
    );
  }
}

test('magpie broker refuses a disk that fails at its start in one line', LIMITED, async (t) => {
  for (const fault of ['write', 'full', 'read-only'] as const) {
    const { disk, dir, start } = await place(t);
    await disk.fail(fault);
    const { code, stderr } = await start().ended();
    assert.equal(code, 1, fault);
    assert.match(stderr, /^magpie: Cannot use the data directory [^\n]+\n$/);
    assert.ok(stderr.includes(dir));
  }
});

/**
 * Goal: a broker whose store can never write again acknowledges nothing and ends, so that what
 * watches over it starts it again. Method: the store's thread is ended from inside.
 */
test('magpie broker ends with 1 when its store is lost', LIMITED, async (t) => {
  const { dir, start } = await place(t);
  const helper = new URL('./lose-store-thread.testing.js', import.meta.url).href;
  const broker = new FaultyBroker(t, { dir, nodeArgs: ['--import', helper] });
  const port = await broker.port('tcp');
  await awaySubscriber(t, port);
  const publisher = await TestMqttClient.open(t, port, 'publisher', true);
  publisher.publish('t', 1, 1);
  await publisher.until(() => publisher.acknowledged.has(1));
  broker.child.kill('SIGUSR2');
  await broker.event('store-lost');
  for (let number = 2; number <= 20; number++) publisher.publish('t', number, 1);
  const { code, stderr } = await broker.ended();
  assert.equal(code, 1);
  const [password, loss, ...rest] = stderr.split('\n');
  assert.match(password ?? '', /^magpie: HTTP API: the password of admin is /); // the first start
  assert.match(loss ?? '', /^magpie: The thread of the store has ended: what was acknowledged is /);
  assert.deepEqual(rest, ['']);
  assert.equal(broker.lines.filter(({ event }) => event === 'store-lost').length, 1);
  assert.ok(!broker.lines.some((line) => 'err' in line));
  const there = await whatIsThere(t, await start().port('tcp'), 1);
  for (const number of publisher.acknowledged) assert.ok(there.has(number));
});

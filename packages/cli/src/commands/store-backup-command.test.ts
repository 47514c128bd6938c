import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { LmdbStore } from '@magpie/broker/server';
import { connectAsync } from 'mqtt';
import { runInProcess } from '../command.testing.js';
import { freshFolder } from '../fresh-folder.testing.js';
import { startMagpie } from '../process.testing.js';

const BROKER = ['broker', '--port', '0', '--no-ws', '--no-http'];

/** Publishes at QoS 1 to a session that is away until it is told to stop; counts what is safe. */
async function publishing(t: TestContext, port: number) {
  const url = `mqtt://127.0.0.1:${port}`;
  const away = await connectAsync(url, { clientId: 'away', clean: false, reconnectPeriod: 0 });
  await away.subscribeAsync('load/#', { qos: 1 });
  await away.endAsync();
  const client = await connectAsync(url, { clientId: 'load', reconnectPeriod: 0 });
  t.after(() => client.end(true));
  const acknowledged: number[] = [];
  const state = { stopped: false };
  let sent = 0;
  const run = async () => {
    while (!state.stopped) {
      const number = sent++;
      await client.publishAsync(`load/${number}`, String(number), { qos: 1 });
      acknowledged.push(number);
    }
  };
  // Several in flight, so that each transaction holds some.
  const all = Promise.all(Array.from({ length: 8 }, run));
  return {
    acknowledged,
    stop: async () => {
      state.stopped = true;
      await all;
    },
  };
}

test('magpie store backup of a broker under load has all that was acknowledged', async (t) => {
  const folder = await freshFolder(t);
  const [dir, target] = [join(folder, 'data'), join(folder, 'backup')];
  const broker = startMagpie(t, [...BROKER, '--data-dir', dir]);
  const load = await publishing(t, await broker.port('tcp'));
  const { acknowledged } = load;
  const reached = async (count: number) => {
    while (acknowledged.length < count) await setImmediate();
  };
  await reached(200);
  const before = [...acknowledged];
  const { code, out, err } = await runInProcess(['store', 'backup', dir, target]);
  assert.deepEqual([code, err], [0, []]);
  assert.match(out.join('\n'), /^\S+backup holds [\d,]+ records, [\d,]+ bytes$/);
  await reached(acknowledged.length + 200);
  await load.stop();
  assert.deepEqual((await readdir(target)).toSorted(), ['data.mdb', 'magpie-store']);

  await using store = await LmdbStore.open(target);
  await store.load();
  const queued = await store.read('away', 0, 100_000, 100_000_000);
  const kept = new Set(
    Array.from(queued, ({ message }) => Number(message.topic.slice('load/'.length))),
  );
  assert.deepEqual(
    before.filter((number) => !kept.has(number)),
    [],
  );
  assert.ok(kept.size < acknowledged.length);
});

test('magpie store backup makes a directory that a broker opens as it is', async (t) => {
  const folder = await freshFolder(t);
  const [dir, target] = [join(folder, 'data'), join(folder, 'backup')];
  await (await LmdbStore.open(dir))[Symbol.asyncDispose]();
  assert.equal((await runInProcess(['store', 'backup', dir, target])).code, 0);
  const broker = startMagpie(t, [...BROKER, '--data-dir', target]);
  await broker.port('tcp');
});

test('magpie store backup writes over nothing', async (t) => {
  const folder = await freshFolder(t);
  const dir = join(folder, 'data');
  await (await LmdbStore.open(dir))[Symbol.asyncDispose]();
  const { code, out, err } = await runInProcess(['store', 'backup', dir, folder]);
  assert.deepEqual([code, out], [1, []]);
  assert.deepEqual(err, [
    `Cannot back up the store in ${dir}: The directory ${folder} is not empty: name one that is `
      + 'not there yet, or an empty one',
  ]);
});

// needs: gcc
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { LmdbStore } from '@magpie/broker/server';
import { BrokerProcess } from '../broker-process.js';
import { magpie } from '../magpie.js';
import { Random } from '../random.js';
import { freshWorld } from './fresh-world.testing.js';
import { writeTree } from './tree-files.js';

/**
 * Goal: whenever the power fails at the very first start, the next one begins with nothing, and is
 * not refused for what is there in parts.
 * Method: one recorded start of the real command; a loss of power after each of its changes.
 */
test('magpie broker begins again whenever the power fails at its first start', async (t) => {
  const world = await freshWorld(t);
  const broker = new BrokerProcess(world.recorded(magpie(world.dataDir)));
  assert.ok((await broker.port) !== undefined, broker.said);
  await broker.kill('SIGTERM');
  const seed = Date.now() % 1_000_000;
  t.diagnostic(`seed ${seed}`);
  const random = new Random(seed);
  let moments = 0;
  for (const { change, end, disk } of world.moments()) {
    if (change.type === 'sync-begins' || random.chance(LEFT_OUT)) continue;
    const path = join(world.dataDir, '..', '..', '..', 'after');
    await writeTree(path, disk.afterPowerLoss(random));
    const moment = `seed ${seed}: after ${change.type}, ${end} bytes of the recording`;
    assert.equal(await load(join(path, 'var', 'data')), undefined, moment);
    await rm(path, { recursive: true });
    moments++;
  }
  assert.ok(moments > 5);
});

/** @returns What is wrong. */
async function load(dir: string): Promise<string | undefined> {
  try {
    await using store = await LmdbStore.open(dir);
    const { sessions, retained } = await store.load();
    return sessions.length + retained.length === 0 ? undefined : 'there is something';
  } catch (error) {
    return String(error);
  }
}

/** Each takes a tenth of a second; the next run takes others. */
const LEFT_OUT = 0.5;

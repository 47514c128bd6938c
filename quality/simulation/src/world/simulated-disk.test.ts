import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BatchBytes, type Engine, WriteFailure } from '@magpie/broker/testing';
import { LmdbStore } from '@magpie/broker/testing';
import { Random } from '../random.js';
import { Trace } from '../trace.js';
import { Scheduler } from './scheduler.js';
import { SimulatedDisk } from './simulated-disk.js';
import { SimulatedEngine } from './simulated-engine.js';

class World {
  readonly scheduler = new Scheduler();
  readonly disk = new SimulatedDisk();
  synced = 0;

  engine(seed = 1): SimulatedEngine {
    return new SimulatedEngine({
      disk: this.disk,
      scheduler: this.scheduler,
      random: new Random(seed),
      trace: new Trace(this.scheduler, undefined),
      onWrite: (step) => {
        if (step === 'survives') this.synced++;
      },
    });
  }

  /** Lets time pass until nothing is left to happen. */
  async pass(): Promise<void> {
    do await turn();
    while (this.scheduler.step());
    await turn();
  }

  async clients(): Promise<string[]> {
    const loading = LmdbStore.over(this.engine()).then((store) => store.load());
    await this.pass();
    return (await loading).sessions.map(({ clientId }) => clientId);
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

async function storeOver(world: World, engine: Engine): Promise<LmdbStore> {
  const opening = LmdbStore.over(engine);
  await world.pass();
  const store = await opening;
  const loading = store.load();
  await world.pass();
  await loading;
  return store;
}

test('SimulatedDisk has what was synced, and not what was not', async () => {
  const world = new World();
  const engine = world.engine();
  const store = await storeOver(world, engine);
  store.openSession('a');
  void store.commit();
  await world.pass();
  store.openSession('b');
  assert.deepEqual(await world.clients(), ['a']);
});

test('SimulatedDisk has all of a write that was torn, or nothing of it', async () => {
  const outcomes = new Set<string>();
  for (let seed = 1; seed <= 30; seed++) {
    const world = new World();
    const engine = world.engine(seed);
    const store = await storeOver(world, engine);
    store.openSession('a');
    store.openSession('b');
    void store.commit();
    await turn();
    engine.kill();
    const recovered = await world.disk.recover();
    const clients = await world.clients();
    assert.deepEqual(clients, recovered ? ['a', 'b'] : []);
    outcomes.add(String(recovered));
  }
  assert.equal(outcomes.size, 2);
});

test('SimulatedEngine gives back what it did not write', async () => {
  const world = new World();
  const engine = world.engine();
  world.disk.fault = 'ENOSPC';
  const batch: BatchBytes = { bytes: new Uint8Array([1, 2, 3]), end: 3 };
  const failed = engine.write([batch]).catch((error: unknown) => error);
  assert.deepEqual([...batch.bytes], [0xdd, 0xdd, 0xdd]); // it is the engine's meanwhile
  await world.pass();
  const error = await failed;
  assert.ok(error instanceof WriteFailure);
  assert.deepEqual([...error.batches[0]!.bytes], [1, 2, 3]);
  assert.equal(world.synced, 0);
});

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import fc from 'fast-check';
import { ManualClock } from '../../model/manual-clock.testing.js';
import { BatchReader } from './batch-reader.js';
import { lookAtDataFile } from './data-file.js';
import type { EngineEvent } from './engine-events.js';
import { freshFolder } from './fresh-folder.testing.js';
import { LazySync } from './lazy-sync.js';
import { LmdbEnvironment } from './lmdb-environment.js';
import { PageFile } from './page-file.js';
import { type Metas, settleSync, SyncNotes } from './sync-notes.js';
import { TABLE_CODES } from './tables.js';
import { WriteBatch } from './write-batch.js';

const SECTOR = 512;
const PAGE = 4096;
const OTHER_BOOT = 'another run of the machine';

/** A disk whose syncs fail when a test says so. What they should have written is lost then. */
class TestNotes extends SyncNotes {
  readonly #path: string;
  /** What is on disk for sure. */
  synced: Buffer;
  fails = false;
  syncs = 0;

  constructor(path: string) {
    super(path);
    this.#path = path;
    this.synced = readFileSync(path);
  }

  override sync(mode: 'clean' | 'interval' | 'os', metas?: Metas): void {
    this.#fail();
    super.sync(mode, metas);
    this.#done();
  }

  override async syncMeanwhile(mode: 'interval', metas: Metas): Promise<void> {
    this.#fail();
    await super.syncMeanwhile(mode, metas);
    this.#done();
  }

  #done(): void {
    this.syncs++;
    this.synced = readFileSync(this.#path);
  }

  #fail(): void {
    if (!this.fails) return;
    const now = readFileSync(this.#path);
    for (let at = 2 * PAGE; at < now.length; at += PAGE) {
      const page = now.subarray(at, at + PAGE);
      if (!page.equals(this.synced.subarray(at, at + PAGE))) page.fill(0xee);
    }
    writeFileSync(this.#path, now);
    throw new Error('EIO: i/o error, fdatasync');
  }
}

class World {
  readonly clock = new ManualClock();
  readonly events: EngineEvent[] = [];
  readonly directory: string;
  readonly environment: LmdbEnvironment;
  notes: TestNotes | undefined;

  constructor(directory: string, mode: 'interval' | 'os' = 'interval') {
    this.directory = directory;
    const lazy = new LazySync({
      mode,
      intervalMs: 1000,
      clock: this.clock,
      exclusive: (task) => task(),
      tell: (event) => this.events.push(event),
      openNotes: (path) => {
        this.notes = new TestNotes(path);
        return this.notes;
      },
    });
    this.environment = LmdbEnvironment.open(directory, { lazy });
  }

  async write(...records: readonly string[]): Promise<void> {
    const batch = new WriteBatch();
    for (const record of records) {
      const [key = '', value = ''] = record.split('=');
      batch.put('meta', Buffer.from(key), Buffer.from(value));
    }
    await this.environment.write([batch.take()]);
  }

  /** Lets the interval pass, and the sync that it begins end. */
  async sync(): Promise<void> {
    const before = this.notes!.syncs;
    this.clock.advance(1000);
    while (this.notes!.syncs === before) await new Promise(setImmediate);
    await new Promise(setImmediate);
  }

  /** The file as it is for who starts again after `kill -9`. */
  get file(): Buffer {
    return readFileSync(this.environment.file);
  }

  told(): string[] {
    return this.events.map(({ type }) => type);
  }
}

/** The records of a file, after a start of the machine if it has another `boot`. */
async function recordsOf(t: TestContext, file: Buffer, boot?: string): Promise<string[]> {
  const directory = await freshFolder(t);
  const path = join(directory, 'data.mdb');
  writeFileSync(path, file);
  settleSync(path, boot);
  const environment = LmdbEnvironment.open(directory);
  const found = records(environment);
  await environment.close();
  return found;
}

function records(environment: LmdbEnvironment): string[] {
  const piece = environment.read(TABLE_CODES.meta, undefined, 10_000_000);
  const reader = new BatchReader(piece.bytes, piece.end);
  const found: string[] = [];
  while (reader.next()) {
    found.push(`${Buffer.from(reader.key).toString()}=${Buffer.from(reader.value).toString()}`);
  }
  return found;
}

async function worldOf(t: TestContext, mode?: 'interval' | 'os'): Promise<World> {
  const world = new World(await freshFolder(t), mode);
  t.after(() => world.environment.close());
  return world;
}

test('LazySync syncs once in an interval that has a write, and else not', async (t) => {
  const world = await worldOf(t);
  assert.equal(world.notes?.syncs, 1);
  world.clock.advance(10_000);
  await world.write('a=1');
  world.clock.advance(999);
  assert.equal(world.notes.syncs, 1);
  await world.write('a=2');
  await world.sync();
  assert.equal(world.notes.syncs, 2);
  assert.equal(world.clock.timers, 0);
});

test('LazySync loses nothing when the process ends', async (t) => {
  const world = await worldOf(t);
  await world.write('a=1');
  await world.sync();
  await world.write('b=2');
  assert.deepEqual(await recordsOf(t, world.file), ['a=1', 'b=2']);
});

test('LazySync has everything on disk when it is closed', async (t) => {
  for (const mode of ['interval', 'os'] as const) {
    const world = await worldOf(t, mode);
    await world.write('a=1');
    await world.environment.end();
    assert.ok(world.notes?.synced.equals(world.file));
    assert.equal(await lookAtDataFile(world.environment.file), true);
    assert.deepEqual(await recordsOf(t, world.file, OTHER_BOOT), ['a=1']);
  }
});

/**
 * Goal: a loss of power leaves what was there at the last sync, whole, whatever else has reached
 * the disk. Method: each sector of the file is that of the last sync, or that of now.
 */
test('LazySync keeps the last sync whole, whichever later sectors are on disk', async (t) => {
  const steps = fc.array(fc.nat({ max: 12 }), { minLength: 5, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(steps, fc.infiniteStream(fc.boolean()), async (plan, isNew) => {
      const world = new World(await freshFolder(t));
      const all = new Map<string, string>();
      let synced: string[] = [];
      for (const [index, step] of plan.entries()) {
        if (step === 0) {
          if (world.clock.timers > 0) await world.sync();
          synced = [...all].map(([key, value]) => `${key}=${value}`).toSorted();
          continue;
        }
        const [key, value] = [`key-${String(step).padStart(2, '0')}`, `${index}`.repeat(step * 99)];
        all.set(key, value);
        await world.write(`${key}=${value}`);
      }
      const { file, notes } = world;
      for (let at = 0; at < file.length; at += SECTOR) {
        const old = notes!.synced.subarray(at, at + SECTOR);
        if (isNew.next().value === false)
          Buffer.concat([old, Buffer.alloc(SECTOR)]).copy(file, at, 0, SECTOR);
      }
      await world.environment.close();
      // Without a sync the point is the one of the opening: empty.
      assert.deepEqual(await recordsOf(t, file, OTHER_BOOT), synced);
    }),
    { numRuns: 15 },
  );
});

test('LazySync gives pages back that only older points need', async (t) => {
  const world = await worldOf(t);
  const size = async () => {
    for (let turn = 0; turn < 8; turn++) {
      for (let write = 0; write < 3; write++) await world.write(`a=${'x'.repeat(3000)}${turn}`);
      await world.sync();
    }
    return world.environment.space().fileBytes;
  };
  const first = await size();
  assert.equal(await size(), first);
});

test('LazySync writes again what a failed sync has lost', async (t) => {
  const world = await worldOf(t);
  await world.write('a=1');
  await world.sync();
  await world.write('a=2', 'b=2');
  await world.write('c=3');
  world.notes!.fails = true;
  world.clock.advance(1000);
  await new Promise(setImmediate);
  assert.throws(() => records(world.environment), /could not be synced, and is written again: EIO/);
  // Whoever starts now gets what is whole, though the machine has not ended.
  assert.deepEqual(await recordsOf(t, world.file), ['a=1']);
  await assert.rejects(world.write('d=4'), /EIO/);
  world.notes!.fails = false;
  await world.write('d=4');
  assert.deepEqual(records(world.environment), ['a=2', 'b=2', 'c=3', 'd=4']);
  assert.deepEqual(world.told(), ['sync-failed', 'sync-recovered']);
  assert.deepEqual(await recordsOf(t, world.notes!.synced, OTHER_BOOT), [
    'a=2',
    'b=2',
    'c=3',
    'd=4',
  ]);
});

test('LazySync tries a failed sync again by itself, later and later', async (t) => {
  const world = await worldOf(t);
  await world.write('a=1');
  world.notes!.fails = true;
  world.clock.advance(1000);
  await new Promise(setImmediate);
  for (const ms of [1000, 2000, 4000, 5000]) {
    world.clock.advance(ms);
    while (world.clock.timers === 0) await new Promise(setImmediate);
  }
  world.notes!.fails = false;
  world.clock.advance(5000);
  while (world.told().length < 2) await new Promise(setImmediate);
  assert.deepEqual(world.told(), ['sync-failed', 'sync-recovered']);
  assert.deepEqual(await recordsOf(t, world.notes!.synced, OTHER_BOOT), ['a=1']);
});

test('LazySync says when the last sync fails, and leaves the one before', async (t) => {
  const world = await worldOf(t);
  await world.write('a=1');
  await world.sync();
  await world.write('b=2');
  world.notes!.fails = true;
  await assert.rejects(world.environment.end(), /EIO/);
  assert.deepEqual(await recordsOf(t, world.file), ['a=1']);
});

test('LazySync goes on with a file that has taken the place of its own', async (t) => {
  const world = await worldOf(t);
  await world.write('a=1');
  const other = join(world.directory, 'other');
  await mkdir(other);
  const copy = LmdbEnvironment.open(other);
  const batch = new WriteBatch();
  batch.put('meta', Buffer.from('a'), Buffer.from('1'));
  await copy.write([batch.take()]);
  await copy.close();
  await world.environment.replaceFile(copy.file, () => {});
  await world.write('b=2');
  assert.deepEqual(await recordsOf(t, world.file), ['a=1', 'b=2']);
  assert.deepEqual(await recordsOf(t, world.file, OTHER_BOOT), ['a=1']);
});

test('LazySync with os is refused after the end of the machine, and only then', async (t) => {
  const world = await worldOf(t, 'os');
  await world.write('a=1');
  assert.equal(world.clock.timers, 0);
  assert.deepEqual(await recordsOf(t, world.file), ['a=1']);
  await assert.rejects(recordsOf(t, world.file, OTHER_BOOT), {
    name: 'Damage',
    message: /^The machine stopped while the store was used with storage\.sync: os: /,
  });
  world.notes!.distrust('os');
  await assert.rejects(lookAtDataFile(world.environment.file), { name: 'Damage' });
});

test('PageFile reads the last sync when the machine has ended since', async (t) => {
  const world = await worldOf(t);
  await world.write('a=1');
  const transactions = [undefined, OTHER_BOOT].map((boot) => {
    const file = new PageFile(world.environment.file, boot);
    const { transaction } = file.newestMeta()!;
    file.close();
    return transaction;
  });
  assert.deepEqual(transactions, [2, 1]);
});

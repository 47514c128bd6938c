import assert from 'node:assert/strict';
import { rename, rm } from 'node:fs/promises';
import { test, type TestContext } from 'node:test';
import { ManualClock } from '../../model/manual-clock.testing.js';
import { FileWatch, LOOK_INTERVAL_MS } from './file-watch.js';
import { TestFiles } from './test-authority.testing.js';

class World {
  readonly clock = new ManualClock();
  readonly files: TestFiles;
  changes = 0;
  watch: FileWatch | undefined;

  private constructor(files: TestFiles) {
    this.files = files;
  }

  static async watching(t: TestContext): Promise<World> {
    const files = await TestFiles.make(t);
    const world = new World(files);
    const paths = [await files.write('a', '1'), await files.write('b', '1')];
    const changed = async () => void world.changes++;
    world.watch = await FileWatch.start({ files: paths, clock: world.clock, changed });
    return world;
  }

  /** Lets it look once; resolves when it has and waits for the next time. */
  async look(): Promise<number> {
    this.clock.advance(LOOK_INTERVAL_MS);
    while (this.clock.timers === 0) await new Promise(setImmediate);
    return this.changes;
  }
}

test('FileWatch tells nothing while nothing changes', async (t) => {
  const world = await World.watching(t);
  for (let looks = 0; looks < 3; looks++) assert.equal(await world.look(), 0);
});

test('FileWatch tells once, when two looks at changed files agree', async (t) => {
  const world = await World.watching(t);
  await world.files.write('a', 'longer');
  assert.equal(await world.look(), 0);
  await world.files.write('b', 'longer'); // certificate first, key later
  assert.equal(await world.look(), 0);
  assert.equal(await world.look(), 1);
  assert.equal(await world.look(), 1);
});

test('FileWatch sees a file that is replaced by another of the same size', async (t) => {
  const world = await World.watching(t);
  await rename(await world.files.write('c', '2'), world.files.path('a'));
  await world.look();
  assert.equal(await world.look(), 1);
});

test('FileWatch sees a file that goes and comes back', async (t) => {
  const world = await World.watching(t);
  await rm(world.files.path('a'));
  await world.look();
  assert.equal(await world.look(), 1);
  await world.files.write('a', '1');
  await world.look();
  assert.equal(await world.look(), 2);
});

test('FileWatch.stop() ends it', async (t) => {
  const world = await World.watching(t);
  world.watch?.stop();
  assert.equal(world.clock.timers, 0);
});

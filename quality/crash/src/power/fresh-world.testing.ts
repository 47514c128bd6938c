import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { RecordedWorld } from './recorded-world.js';

/** @param syncs See {@link RecordedWorld.create}. */
export async function freshWorld(t: TestContext, syncs = true): Promise<RecordedWorld> {
  const path = await mkdtemp(join(tmpdir(), 'magpie-power-'));
  t.after(() => rm(path, { recursive: true }));
  return RecordedWorld.create(path, syncs);
}

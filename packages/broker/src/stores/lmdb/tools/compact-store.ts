import { Compaction } from '../compaction.js';
import { inWords } from '../damage.js';
import { DataDirectory } from '../data-directory.js';
import { findStore } from './existing-store.js';
import { LmdbEnvironment } from '../lmdb-environment.js';
import { TABLES } from '../tables.js';
import type { OnToolProgress } from './tool-progress.js';

/**
 * Gives back to the disk what a store that nobody uses does not need. It waits for the disk: for a
 * command, not for a broker, which does this by itself.
 *
 * @returns The size of its file, before and after.
 * @throws {Error} in one clear line. The store is then what it was.
 */
export async function compactStore(
  directory: string,
  onProgress: OnToolProgress = () => {},
): Promise<{ beforeBytes: number; afterBytes: number }> {
  const path = await findStore(directory);
  const place = await DataDirectory.open(path);
  try {
    const environment = LmdbEnvironment.open(path);
    try {
      const beforeBytes = environment.space().fileBytes;
      await compact(environment, onProgress);
      return { beforeBytes, afterBytes: environment.space().fileBytes };
    } finally {
      await environment.close();
    }
  } catch (error) {
    throw new Error(`Cannot compact the store in ${path}: ${inWords(error, path)}`, {
      cause: error,
    });
  } finally {
    await place.close();
  }
}

async function compact(environment: LmdbEnvironment, onProgress: OnToolProgress): Promise<void> {
  const total = TABLES.reduce((sum, _, table) => sum + environment.count(table), 0);
  const compaction = await Compaction.begin(environment);
  try {
    while (!(await compaction.copyNext())) {
      onProgress({ what: 'records', done: compaction.copiedRecords, total });
    }
    onProgress({ what: 'records', done: total, total });
    await compaction.finish();
    await compaction.tidyUp();
  } finally {
    if (!compaction.isOver) await compaction.giveUp();
  }
}

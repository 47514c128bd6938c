import { Compaction } from '../compaction.js';
import { inWords } from '../damage.js';
import { DataDirectory } from '../data-directory.js';
import { findStore } from './existing-store.js';
import { LmdbEnvironment } from '../lmdb-environment.js';

/**
 * Gives back to the disk what a store that nobody uses does not need. It waits for the disk: for a
 * command, not for a broker, which does this by itself.
 *
 * @returns The size of its file, before and after.
 * @throws {Error} in one clear line. The store is then what it was.
 */
export async function compactStore(
  directory: string,
): Promise<{ beforeBytes: number; afterBytes: number }> {
  const path = await findStore(directory);
  const place = await DataDirectory.open(path);
  try {
    const environment = LmdbEnvironment.open(path);
    try {
      const beforeBytes = environment.space().fileBytes;
      await compact(environment);
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

async function compact(environment: LmdbEnvironment): Promise<void> {
  const compaction = await Compaction.begin(environment);
  try {
    while (!(await compaction.copyNext()));
    await compaction.finish();
    await compaction.tidyUp();
  } finally {
    if (!compaction.isOver) await compaction.giveUp();
  }
}

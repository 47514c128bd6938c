import type { Engine } from './engine.js';
import { LmdbEngine } from './lmdb-engine.js';
import { NewDirectory } from './new-directory.js';
import { BatchReader } from './batch-reader.js';
import { TABLES } from './tables.js';

/** What was copied. */
export interface BackupResult {
  readonly records: number;
  readonly bytes: number;
}

/**
 * Copies what an engine holds now to a new data directory, while it is written to: what was safe
 * before is in it, and nothing of a later transaction. Records are read with their checksums, so a
 * backup never holds a damaged one.
 *
 * @param target Must not be there, or be an empty directory.
 * @param signal Aborted: it ends, and nothing is left of it.
 * @param onProgress Told after each piece how much is copied.
 * @throws {Error} in one clear line. Nothing is left of it then.
 */
export async function backup(
  engine: Engine,
  target: string,
  signal: AbortSignal,
  onProgress: (soFar: BackupResult) => void = () => {},
): Promise<BackupResult> {
  const directory = await NewDirectory.begin(target);
  try {
    const result = await copyTo(directory.path, engine, signal, onProgress);
    await directory.complete();
    return result;
  } catch (error) {
    await directory.discard();
    throw error;
  }
}

async function copyTo(
  path: string,
  engine: Engine,
  signal: AbortSignal,
  onProgress: (soFar: BackupResult) => void,
): Promise<BackupResult> {
  const copy = await LmdbEngine.open(path, { sync: 'never' });
  try {
    await using snapshot = await engine.snapshot();
    const result = { records: 0, bytes: 0 };
    for (const table of TABLES) {
      for await (const piece of snapshot.read(table)) {
        signal.throwIfAborted();
        const record = new BatchReader(piece.bytes, piece.end);
        while (record.next()) result.records++;
        result.bytes += piece.end;
        await copy.write([piece]);
        onProgress({ ...result });
      }
    }
    return result;
  } finally {
    await copy.close();
  }
}

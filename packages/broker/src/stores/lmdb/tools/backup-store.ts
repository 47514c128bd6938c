import { resolve } from 'node:path';
import { backup, type BackupResult } from '../backup.js';
import { inWords } from '../damage.js';
import { DataDirectory } from '../data-directory.js';
import { findStore } from './existing-store.js';
import { LmdbEngine } from '../lmdb-engine.js';
import { askOwner } from '../owner-client.js';

/**
 * Copies all that a store holds to a new data directory. If a broker uses the store it is asked to
 * do that, and the backup holds all that it had acknowledged before; if nobody does, it is done
 * here.
 *
 * @param target Must not be there, or be an empty directory. A broker looks for it where it runs.
 * @param signal Aborted: it ends, and nothing is left of it.
 * @throws {Error} in one clear line.
 */
export async function backupStore(
  directory: string,
  target: string,
  signal: AbortSignal,
): Promise<BackupResult> {
  const path = await findStore(directory);
  const answer = await askOwner(path, { backup: resolve(target) }, signal);
  if (answer === undefined) return backupUnused(path, target, signal);
  const { failed, records, bytes } = answer as Partial<BackupResult> & { failed?: string };
  if (failed !== undefined) throw new Error(failed);
  if (records === undefined || bytes === undefined) {
    throw new Error(`The process that has ${path} answered something else`);
  }
  return { records, bytes };
}

async function backupUnused(
  path: string,
  target: string,
  signal: AbortSignal,
): Promise<BackupResult> {
  const place = await DataDirectory.open(path);
  try {
    const engine = await LmdbEngine.open(path);
    try {
      return await backup(engine, target, signal);
    } finally {
      await engine.close();
    }
  } catch (error) {
    throw new Error(`Cannot back up the store in ${path}: ${inWords(error, path)}`, {
      cause: error,
    });
  } finally {
    await place.close();
  }
}

import { stat } from 'node:fs/promises';
import type { Logger } from '@magpie/broker';

/**
 * Tells the operator that others can read what is stored. A directory that was there keeps its
 * mode: somebody may have given it on purpose.
 */
export async function warnOfDirectoryMode(dir: string, log: Logger): Promise<void> {
  if (process.platform === 'win32') return; // it has no such modes
  const mode = (await stat(dir)).mode & 0o777;
  if ((mode & 0o077) === 0) return;
  const fields = { event: 'directory-mode', dir, mode: mode.toString(8) } as const;
  log.warn(fields, `other users of this machine can reach the data directory: chmod 700 ${dir}`);
}

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

import { parseOpenFilesMax } from './process-usage.js';

/**
 * Lets a running process have at least so many open files.
 *
 * @throws if it may have fewer and we may not raise that.
 */
export async function raiseOpenFiles(pid: number, count: number): Promise<void> {
  const openFilesMax = parseOpenFilesMax(await readFile(`/proc/${pid}/limits`, 'utf8'));
  if (openFilesMax >= count) return;
  try {
    await promisify(execFile)('prlimit', ['--pid', `${pid}`, `--nofile=${count}:${count}`]);
  } catch (error) {
    const hint = `raise it by ulimit -n ${count}`;
    throw new Error(`The broker may open ${openFilesMax} files but needs ${count}: ${hint}`, {
      cause: error,
    });
  }
}

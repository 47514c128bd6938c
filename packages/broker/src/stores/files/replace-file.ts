import { open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Gives a small file another text, readable by its owner alone. It is written under another name
 * and gets its own when it is on disk, so there is always a whole one, whenever the power fails.
 *
 * @param options.mode Who else may read it.
 * @param options.unfinished The other name: one of its own where several processes may write.
 * @throws What the system says; the file is as it was then.
 */
export async function replaceFile(
  path: string,
  text: string,
  { mode = 0o600, unfinished = `${path}.unfinished` } = {},
): Promise<void> {
  try {
    await write(unfinished, text, mode);
    await rename(unfinished, path);
  } catch (error) {
    await unlink(unfinished).catch(() => {}); // that it failed is what counts
    throw error;
  }
  if (process.platform === 'win32') return; // it cannot sync a directory, and does it by itself
  const directory = await open(dirname(path));
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

async function write(path: string, text: string, mode: number): Promise<void> {
  await unlink(path).catch(ignoreMissing); // left over; no link that is there is followed
  const handle = await open(path, 'wx', 0o600);
  try {
    await handle.chmod(mode); // whatever the umask is
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Gives a small file another text, readable by its owner alone. It is written under another name
 * and gets its own when it is on disk, so there is always a whole one, whenever the power fails.
 *
 * @param mode Who else may read it.
 * @throws What the system says; the file is as it was then.
 */
export async function replaceFile(path: string, text: string, mode = 0o600): Promise<void> {
  const unfinished = `${path}.unfinished`;
  const handle = await open(unfinished, 'w', 0o600);
  try {
    await handle.chmod(mode); // whatever was left over, and whatever the umask is
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(unfinished, path);
  if (process.platform === 'win32') return; // it cannot sync a directory, and does it by itself
  const directory = await open(dirname(path));
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

import { open } from 'node:fs/promises';

/** Resolves when all that was written to a file is on disk, its length too. */
export async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r+'); // Windows syncs only what may be written
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Resolves when the names in a directory are on disk: what was made, renamed and removed. */
export async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return; // it cannot, and does it by itself
  const handle = await open(path);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';

/** The text of a file, or why it cannot be had. */
export type LoadedText = { readonly text: string } | { readonly problem: string };

/**
 * Reads a file that the operator named.
 *
 * @param bytesMax Far more than any such file needs; a wrong path to a large file is told early.
 * @returns Never throws for what the operator did.
 */
export async function loadTextFile(path: string, bytesMax: number): Promise<LoadedText> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return { problem: READ_FAILURES[code] ?? code };
  }
  if (bytes.length > bytesMax) {
    return { problem: `it has ${bytes.length} bytes, at most ${bytesMax} are read` };
  }
  if (!isUtf8(bytes)) return { problem: 'it is not UTF-8 text' };
  // The decoder leaves a byte order mark at the start out.
  return { text: new TextDecoder().decode(bytes) };
}

/** What {@link loadTextFile} says of a file that is not there. */
export const NO_SUCH_FILE = 'there is no such file';

const READ_FAILURES: Readonly<Record<string, string>> = {
  ENOENT: NO_SUCH_FILE,
  EISDIR: 'it is a folder',
  EACCES: 'reading it is not permitted',
  EPERM: 'reading it is not permitted',
};

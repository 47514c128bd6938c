import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { type ConfigFile, NO_CONFIG_FILE, parseConfigFile } from './config-file.js';

/** Read without being asked for when it is in the working directory. */
export const DEFAULT_CONFIG_FILE = 'magpie.yaml';
/** Far more than any configuration needs; a wrong path to a large file is told apart early. */
const FILE_BYTES_MAX = 1024 * 1024;

/**
 * Reads the configuration file; the only file of this folder that touches the disk.
 *
 * @param path `undefined` reads {@link DEFAULT_CONFIG_FILE} if it is there.
 * @returns Never throws for what the operator did: a file that cannot be read is a problem in the
 * result.
 */
export async function loadConfigFile(path: string | undefined): Promise<ConfigFile> {
  const name = path ?? DEFAULT_CONFIG_FILE;
  let bytes: Uint8Array;
  try {
    bytes = await readFile(name);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    if (path === undefined && code === 'ENOENT') return NO_CONFIG_FILE;
    return unreadable(name, READ_FAILURES[code] ?? code);
  }
  if (bytes.length > FILE_BYTES_MAX) {
    return unreadable(name, `it has ${bytes.length} bytes, at most ${FILE_BYTES_MAX} are read`);
  }
  if (!isUtf8(bytes)) return unreadable(name, 'it is not UTF-8 text');
  // The decoder leaves a byte order mark at the start out.
  return parseConfigFile(new TextDecoder().decode(bytes), name);
}

const READ_FAILURES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'reading it is not permitted',
  EPERM: 'reading it is not permitted',
};

function unreadable(name: string, why: string): ConfigFile {
  const message = `Cannot read the configuration file ${name}: ${why}`;
  return { ...NO_CONFIG_FILE, name, problems: [{ message, usage: false }] };
}

import { type ConfigFile, NO_CONFIG_FILE, parseConfigFile } from './config-file.js';
import { loadTextFile, NO_SUCH_FILE } from './load-text-file.js';

/** Read without being asked for when it is in the working directory. */
export const DEFAULT_CONFIG_FILE = 'magpie.yaml';
/** Far more than any configuration needs; a wrong path to a large file is told apart early. */
const FILE_BYTES_MAX = 1024 * 1024;

/**
 * Reads the configuration file.
 *
 * @param path `undefined` reads {@link DEFAULT_CONFIG_FILE} if it is there.
 * @returns Never throws for what the operator did: a file that cannot be read is a problem in the
 * result.
 */
export async function loadConfigFile(path: string | undefined): Promise<ConfigFile> {
  const name = path ?? DEFAULT_CONFIG_FILE;
  const loaded = await loadTextFile(name, FILE_BYTES_MAX);
  if ('text' in loaded) return parseConfigFile(loaded.text, name);
  const { problem } = loaded;
  if (path === undefined && problem === NO_SUCH_FILE) return NO_CONFIG_FILE;
  return unreadable(name, problem);
}

function unreadable(name: string, why: string): ConfigFile {
  const message = `Cannot read the configuration file ${name}: ${why}`;
  return { ...NO_CONFIG_FILE, name, problems: [{ message, usage: false }] };
}

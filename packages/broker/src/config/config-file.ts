import type { ConfigProblem } from './broker-config.js';
import { configSchema, type FileConfig, knownKeys } from './config-schema.js';
import { parseYamlFile, shownPath, type YamlShape } from './yaml-file.js';

/**
 * A magpie.yaml that has been read: its values, or everything that is wrong with it. Never both.
 */
export interface ConfigFile {
  /** Its path as it was given, which is also how messages name it; empty where there is none. */
  readonly name: string;
  readonly values: FileConfig;
  readonly problems: readonly ConfigProblem[];
  /**
   * `magpie.yaml:3:12: listeners[0].port`, for messages about a value that other sources
   * contradict.
   */
  locate(path: readonly PropertyKey[]): string;
}

/**
 * Reads the text of a magpie.yaml. All unknown keys and bad values are reported at once, each with
 * the line and column where it stands. Pure: the file was read by load-config.ts.
 */
export function parseConfigFile(text: string, name: string): ConfigFile {
  const { values = {}, problems, locate } = parseYamlFile(text, name, SHAPE);
  return {
    name,
    values,
    problems: problems.map((message) => ({ message, usage: false })),
    locate,
  };
}

/** The configuration where there is no file. */
export const NO_CONFIG_FILE: ConfigFile = {
  name: '',
  values: {},
  problems: [],
  locate: (path) => shownPath(path),
};

const SHAPE: YamlShape<FileConfig> = { schema: configSchema, knownKeys };

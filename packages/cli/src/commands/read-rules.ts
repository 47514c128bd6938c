import {
  type AccessRules,
  loadTextFile,
  type ParsedRules,
  parseRuleFile,
} from '@magpie/broker/server';
import { ServeFailure } from './serve-failure.js';

type Parse = (text: string, file: string) => ParsedRules | Promise<ParsedRules>;

/**
 * Reads a file of access rules.
 *
 * @param parse `broker.readRules` where clients are served meanwhile.
 * @throws {ServeFailure} if it cannot be used, with everything that is wrong in it.
 */
export async function readRules(path: string, parse: Parse = parseRuleFile): Promise<AccessRules> {
  const loaded = await loadTextFile(path, FILE_BYTES_MAX);
  if ('problem' in loaded) {
    throw new ServeFailure(`Cannot read the access rules ${path}: ${loaded.problem}`);
  }
  const parsed = await parse(loaded.text, path);
  if ('problems' in parsed) throw new ServeFailure(parsed.problems.join('\n'));
  return parsed.rules;
}

/** The same for a command: what is wrong is told, and the rules are `undefined`. */
export async function checkedRules(
  path: string,
  err: (line: string) => void,
): Promise<AccessRules | undefined> {
  try {
    return await readRules(path);
  } catch (error) {
    if (!(error instanceof ServeFailure)) throw error;
    for (const line of error.message.split('\n')) err(line);
    return undefined;
  }
}

/** The text of a file of good rules; what is wrong is told, and it is `undefined`. */
export async function loadRuleText(
  path: string,
  err: (line: string) => void,
): Promise<string | undefined> {
  if ((await checkedRules(path, err)) === undefined) return undefined;
  const loaded = await loadTextFile(path, FILE_BYTES_MAX);
  return 'text' in loaded ? loaded.text : undefined;
}

/** A hundred thousand rules and more. */
const FILE_BYTES_MAX = 16 * 1024 * 1024;

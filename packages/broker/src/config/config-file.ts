import { isMap, isNode, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import type { ConfigProblem } from './broker-config.js';
import { configSchema, type FileConfig, knownKeys } from './config-schema.js';
import { didYouMean } from './nearest.js';
import { isNotYet, notYet } from './not-yet.js';
import { shownText, shownValue } from './shown-value.js';

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

type Path = readonly PropertyKey[];

/**
 * Reads the text of a magpie.yaml. All unknown keys and bad values are reported at once, each with
 * the line and column where it stands. Pure: the file was read by load-config.ts.
 */
export function parseConfigFile(text: string, name: string): ConfigFile {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'error',
  });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  const locate = (path: Path) => `${at(offsetOf(document, path))}: ${shownPath(path)}`;
  const failed = (messages: readonly string[]): ConfigFile => ({
    name,
    values: {},
    problems: messages.map((message) => ({ message, usage: false })),
    locate,
  });

  // Two documents or a broken line: nothing after it can be trusted, so the shape is not looked at.
  const broken = [...document.errors, ...document.warnings];
  if (broken.length > 0) {
    return failed(broken.map(({ pos, message }) => `${at(pos[0])}: ${oneLine(message)}`));
  }
  const root = plainValue(document);
  if ('problem' in root) return failed([`${name}: ${root.problem}`]);

  const result = configSchema.safeParse(root.value);
  if (result.success) return { name, values: result.data, problems: [], locate };
  const messages = result.error.issues.flatMap((issue) => {
    return problemsOf(issue, root.value).map(({ path, isKey, text: what }) => {
      return { offset: offsetOf(document, path, isKey), what };
    });
  });
  messages.sort((a, b) => a.offset - b.offset);
  return failed(messages.map(({ offset, what }) => `${at(offset)}: ${what}`));
}

/** The configuration where there is no file. */
export const NO_CONFIG_FILE: ConfigFile = {
  name: '',
  values: {},
  problems: [],
  locate: (path) => shownPath(path),
};

function plainValue(document: Document): { value: unknown } | { problem: string } {
  try {
    // An empty file, or one of comments only, is a table without keys.
    return { value: document.toJS() ?? {} };
  } catch (error) {
    // Aliases that lead nowhere or multiply beyond reason.
    return { problem: oneLine(error instanceof Error ? error.message : String(error)) };
  }
}

interface Found {
  readonly path: Path;
  /** The key is meant, not its value. */
  readonly isKey: boolean;
  readonly text: string;
}

function problemsOf(issue: z.core.$ZodIssue, root: unknown): Found[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey(issue.path, key, root));
  }
  const { path, message } = issue;
  const value = valueAt(root, path);
  const later = `${canonicalPath(path)}: ${String(value)}`;
  if (isNotYet(later)) {
    return [{ path, isKey: false, text: notYet(`${shownPath(path)}: ${String(value)}`, later) }];
  }
  const is = value === undefined ? 'it is missing' : `current value is ${shownValue(value)}`;
  const what = path.length === 0 ? 'The file' : shownPath(path);
  return [{ path, isKey: false, text: `${what} must be ${message}: ${is}` }];
}

function unknownKey(parent: Path, key: string, root: unknown): Found {
  const path = [...parent, key];
  const canonical = canonicalPath(path);
  const text = isNotYet(canonical)
    ? notYet(shownPath(path), canonical)
    : `${shownPath(path)} is not a known key${didYouMean(key, knownKeys(parent, root))}`;
  return { path, isKey: true, text };
}

function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const step of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[step];
  return value;
}

/** Where a key or value begins; of what is not there, where the nearest thing around it begins. */
function offsetOf(document: Document, path: Path, isKey = false): number {
  for (let length = path.length; length > 0; length--) {
    const wantsKey = isKey && length === path.length;
    const found = wantsKey ? keyNode(document, path) : document.getIn(path.slice(0, length), true);
    if (isNode(found) && found.range) return found.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}

function keyNode(document: Document, path: Path): unknown {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(parent)) return undefined;
  const wanted = String(path.at(-1));
  return parent.items.find(({ key }) => isScalar(key) && String(key.value) === wanted)?.key;
}

/** `listeners[0].port` */
function shownPath(path: Path): string {
  return joined(path, (index) => `[${index}]`);
}

/** `listeners[].port`: the same for every entry of a list. */
function canonicalPath(path: Path): string {
  return joined(path, () => '[]');
}

function joined(path: Path, shownIndex: (index: number) => string): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += shownIndex(step);
    else text += (text === '' ? '' : '.') + shownText(String(step));
  }
  return text;
}

function oneLine(message: string): string {
  return shownText(message.replaceAll(/\s+/g, ' ').trim());
}

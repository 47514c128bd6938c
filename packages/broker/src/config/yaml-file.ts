import { isMap, isNode, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { didYouMean } from './nearest.js';
import { shownText, shownValue } from './shown-value.js';

type Path = readonly PropertyKey[];

/** What a file has to look like. */
export interface YamlShape<T> {
  /** Its messages say only what is wanted: `an integer from 0 to 65535`. */
  readonly schema: z.ZodType<T>;
  /** Names of the keys that are known at `path` inside `root`. */
  knownKeys(path: Path, root: unknown): readonly string[];
}

/** A YAML file that has been read: its values, or everything that is wrong with it. Never both. */
export interface YamlFile<T> {
  readonly values: T | undefined;
  /** One line each, in the order of the file, with line and column. */
  readonly problems: readonly string[];
  /** `magpie.yaml:3:12: listeners[0].port`, for messages about a value. */
  readonly locate: (path: Path) => string;
  /** The line on which a value begins, from 1. */
  readonly line: (path: Path) => number;
}

/**
 * Reads the text of a YAML file that a person wrote. All unknown keys and bad values are reported
 * at once, each with the line and column where it stands.
 *
 * @param name How messages name the file.
 */
export function parseYamlFile<T>(text: string, name: string, shape: YamlShape<T>): YamlFile<T> {
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
  const line = (path: Path) => lines.linePos(offsetOf(document, path)).line;
  const failed = (problems: readonly string[]): YamlFile<T> => ({
    values: undefined,
    problems,
    locate,
    line,
  });

  // Two documents or a broken line: nothing after it can be trusted, so the shape is not looked at.
  const broken = [...document.errors, ...document.warnings];
  if (broken.length > 0) {
    return failed(broken.map(({ pos, message }) => `${at(pos[0])}: ${oneLine(message)}`));
  }
  const root = plainValue(document);
  if ('problem' in root) return failed([`${name}: ${root.problem}`]);

  const result = shape.schema.safeParse(root.value);
  if (result.success) return { values: result.data, problems: [], locate, line };
  const messages = result.error.issues.flatMap((issue) => {
    return problemsOf(issue, root.value, shape).map(({ path, isKey, text: what }) => {
      return { offset: offsetOf(document, path, isKey), what };
    });
  });
  messages.sort((a, b) => a.offset - b.offset);
  return failed(messages.map(({ offset, what }) => `${at(offset)}: ${what}`));
}

/** `listeners[0].port` */
export function shownPath(path: Path): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += (text === '' ? '' : '.') + shownText(String(step));
  }
  return text;
}

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

function problemsOf<T>(issue: z.core.$ZodIssue, root: unknown, shape: YamlShape<T>): Found[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey(issue.path, key, root, shape));
  }
  const { path, message } = issue;
  const value = valueAt(root, path);
  const is = value === undefined ? 'it is missing' : `current value is ${shownValue(value)}`;
  const what = path.length === 0 ? 'The file' : shownPath(path);
  return [{ path, isKey: false, text: `${what} must be ${message}: ${is}` }];
}

function unknownKey<T>(parent: Path, key: string, root: unknown, shape: YamlShape<T>): Found {
  const path = [...parent, key];
  const hint = didYouMean(key, shape.knownKeys(parent, root));
  const text = `${shownPath(path)} is not a known key${hint}`;
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

function oneLine(message: string): string {
  return shownText(message.replaceAll(/\s+/g, ' ').trim());
}

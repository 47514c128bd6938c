import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';
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
    uniqueKeys: false, // it holds each key against each other: see repeatedKeys
    logLevel: 'error',
  });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  const places = new Places(document);
  const locate = (path: Path) => `${at(places.offsetOf(path))}: ${shownPath(path)}`;
  const line = (path: Path) => lines.linePos(places.offsetOf(path)).line;
  const failed = (problems: readonly string[]): YamlFile<T> => ({
    values: undefined,
    problems,
    locate,
    line,
  });

  // Two documents or a broken line: nothing after it can be trusted, so the shape is not looked at.
  const broken = [...document.errors, ...document.warnings].map(({ pos, message }) => {
    return { offset: pos[0], what: oneLine(message) };
  });
  for (const offset of repeatedKeys(document)) {
    broken.push({ offset, what: 'Map keys must be unique' });
  }
  if (broken.length > 0) {
    broken.sort((a, b) => a.offset - b.offset);
    return failed(broken.map(({ offset, what }) => `${at(offset)}: ${what}`));
  }
  const root = plainValue(document);
  if ('problem' in root) return failed([`${name}: ${root.problem}`]);

  const result = shape.schema.safeParse(root.value);
  if (result.success) return { values: result.data, problems: [], locate, line };
  const messages = result.error.issues.flatMap((issue) => {
    return problemsOf(issue, root.value, shape).map(({ path, isKey, text: what }) => {
      return { offset: places.offsetOf(path, isKey), what };
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

/**
 * Where keys of a table begin that were there before, in a time that grows as the file does. Keys
 * that are written in two ways and are one afterwards, `1` and `"1"`, are repeated too.
 */
function repeatedKeys(document: Document): number[] {
  const offsets: number[] = [];
  visit(document, {
    Map(_, { items }) {
      const known = new Set<string>();
      for (const { key } of items) {
        const text = keyText(isAlias(key) ? key.resolve(document) : key);
        if (text === undefined) continue;
        if (known.has(text) && isNode(key)) offsets.push(key.range?.[0] ?? 0);
        known.add(text);
      }
    },
  });
  return offsets;
}

/** What a key is called in the table that is made of it. */
function keyText(key: unknown): string | undefined {
  return isScalar<string | number | boolean | null>(key) ? String(key.value ?? '') : undefined;
}

/** Where keys and values of a document begin. */
class Places {
  readonly #document: Document;
  /** Tables that were asked, by key: a look-up costs the same however many keys there are. */
  readonly #tables = new Map<YAMLMap, Map<string, { key: unknown; value: unknown }>>();

  constructor(document: Document) {
    this.#document = document;
  }

  /** Of what is not there, where the nearest thing around it begins. */
  offsetOf(path: Path, isKey = false): number {
    let node: unknown = this.#document.contents;
    let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
    for (const [depth, step] of path.entries()) {
      const pair = isMap(node) ? this.#tableOf(node).get(String(step)) : undefined;
      const wantsKey = isKey && depth === path.length - 1;
      if (wantsKey) node = pair?.key;
      else node = isSeq(node) ? node.items[Number(step)] : pair?.value;
      if (!isNode(node) || !node.range) return offset;
      [offset] = node.range;
    }
    return offset;
  }

  #tableOf(map: YAMLMap): Map<string, { key: unknown; value: unknown }> {
    let table = this.#tables.get(map);
    if (table === undefined) {
      table = new Map();
      for (const { key, value } of map.items) {
        const text = keyText(key);
        if (text !== undefined) table.set(text, { key, value });
      }
      this.#tables.set(map, table);
    }
    return table;
  }
}

function oneLine(message: string): string {
  return shownText(message.replaceAll(/\s+/g, ' ').trim());
}

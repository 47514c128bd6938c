import { safeText } from '../safe-log-line.js';
import { columnsOf, cutText, fitText } from '../terminal/fit-text.js';
import { shortNumber } from '../terminal/short-number.js';
import type { ScreenSize } from '../terminal/terminal-screen.js';
import { compareNames } from './topic-order.js';
import type { TopicEntry, TopicTally } from './topic-tally.js';

/** A level of a topic. */
interface Branch {
  /** Messages of its own topic and of those below. */
  messages: number;
  entry: TopicEntry | undefined;
  readonly below: Map<string, Branch>;
}

/**
 * The tree of topics, as `magpie sub --tree` shows it: a line for each level, with the messages of
 * it and of all below, and the last value of a level that is a topic.
 *
 * @throws {FormatError} if a value cannot be shown.
 */
export function treeLines(tally: TopicTally, { columns, rows }: ScreenSize): string[] {
  const root = makeBranch();
  for (const entry of tally.topics) grow(root, entry);
  const drawn: { readonly head: string; readonly branch: Branch }[] = [];
  const all = draw(root, drawn, rows);
  const shown = all <= rows ? drawn : drawn.slice(0, Math.max(0, rows - 1));
  const most = Math.max(8, Math.floor(columns / 2));
  const headColumns = Math.min(most, Math.max(0, ...shown.map(({ head }) => columnsOf(head))));
  const lines = shown.map(({ head, branch: { messages, entry } }) => {
    const value = entry === undefined ? '' : `  ${entry.value()}`;
    return `${fitText(head, headColumns)}  ${shortNumber(messages).padStart(5)}${value}`;
  });
  const left = all - shown.length;
  return [...lines, ...(left > 0 ? [`… ${left} more levels`] : [])]
    .slice(0, rows)
    .map((line) => cutText(line, columns));
}

function grow(root: Branch, entry: TopicEntry): void {
  let branch = root;
  for (const level of levelsOf(entry.topic)) {
    let next = branch.below.get(level);
    if (next === undefined) {
      next = makeBranch();
      branch.below.set(level, next);
    }
    next.messages += entry.messages;
    branch = next;
  }
  branch.entry = entry;
}

/** What is too deep for a screen is one level. */
function levelsOf(topic: string): string[] {
  const levels = topic.split('/');
  if (levels.length <= LEVELS_MAX) return levels;
  return [...levels.slice(0, LEVELS_MAX - 1), levels.slice(LEVELS_MAX - 1).join('/')];
}

/** Draws what is below a branch, while there is room. @returns how many lines it would all be. */
function draw(root: Branch, drawn: { head: string; branch: Branch }[], rows: number): number {
  let all = 0;
  const waiting = branchesOf(root, '', true).toReversed();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    all++;
    if (drawn.length < rows) drawn.push(next);
    waiting.push(...branchesOf(next.branch, next.indent, false).toReversed());
  }
  return all;
}

function branchesOf(
  { below }: Branch,
  indent: string,
  isTop: boolean,
): { head: string; indent: string; branch: Branch }[] {
  const levels = [...below].toSorted(([a], [b]) => compareNames(a, b));
  return levels.map(([level, branch], index) => {
    const name = level === '' ? '(empty)' : safeText(level.slice(0, NAME_CHARACTERS_MAX));
    if (isTop) return { head: name, indent: '', branch };
    const isLast = index === levels.length - 1;
    return {
      head: `${indent}${isLast ? '└─ ' : '├─ '}${name}`,
      indent: `${indent}${isLast ? '   ' : '│  '}`,
      branch,
    };
  });
}

function makeBranch(): Branch {
  return { messages: 0, entry: undefined, below: new Map() };
}

const LEVELS_MAX = 32;
/** More than a terminal has columns. */
const NAME_CHARACTERS_MAX = 1000;

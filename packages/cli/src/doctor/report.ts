import type { Language } from '../language.js';
import { safeText } from '../safe-log-line.js';
import type { Level } from './finding-kind.js';
import { type Finding, levelOf, wordsOf } from './findings.js';

/** A finding as lines for people: a mark, what is so, and below it what to do. */
export function reportLines(found: Finding, language: Language, colors: boolean): string[] {
  const level = levelOf(found);
  const words = wordsOf(found, language);
  const says = safeText(words.says);
  const advice = words.advice && safeText(words.advice);
  const [mark, color] = MARKS[level];
  const first = `${colors ? `\x1b[${color}m${mark}\x1b[0m` : mark} ${says}`;
  return advice === undefined ? [first] : [first, `  → ${advice}`];
}

/** A finding as one line of JSON, with the words, too. */
export function reportJson(found: Finding, language: Language): string {
  const { code, values } = found;
  return JSON.stringify({ level: levelOf(found), code, values, ...wordsOf(found, language) });
}

const MARKS: Readonly<Record<Level, readonly [mark: string, color: number]>> = {
  good: ['✓', 32],
  note: ['·', 36],
  warning: ['!', 33],
  failure: ['✗', 31],
};

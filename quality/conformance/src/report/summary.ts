import type { Level } from '../suite/chapter.js';
import type { TestResult } from '../suite/runner.js';

/** How one broker did. */
export interface BrokerReport {
  readonly name: string;
  readonly url: string;
  readonly durationMs: number;
  readonly results: readonly TestResult[];
}

/** Numbers of tests of one chapter, or of all. */
export interface Tally {
  readonly total: number;
  readonly passed: number;
  readonly skipped: number;
  readonly failed: Readonly<Record<Level, number>>;
}

export function tally(results: readonly TestResult[]): Tally {
  const count = (accept: (result: TestResult) => boolean): number => results.filter(accept).length;
  const failed = (level: Level): number =>
    count((result) => result.outcome === 'failed' && result.level === level);
  return {
    total: results.length,
    passed: count(({ outcome }) => outcome === 'passed'),
    skipped: count(({ outcome }) => outcome === 'skipped'),
    failed: { must: failed('must'), should: failed('should'), extension: failed('extension') },
  };
}

/** `strict` counts recommendations and extensions too. */
export function conforms({ failed }: Tally, strict: boolean): boolean {
  return failed.must === 0 && (!strict || failed.should + failed.extension === 0);
}

/** The results of each chapter that has any, in the order they came. */
export function byChapter(results: readonly TestResult[]): Map<string, TestResult[]> {
  const chapters = new Map<string, TestResult[]>();
  for (const result of results) {
    const list = chapters.get(result.chapter);
    if (list === undefined) chapters.set(result.chapter, [result]);
    else list.push(result);
  }
  return chapters;
}

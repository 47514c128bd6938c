import type { Violation } from '../history/history.js';
import type { Figures } from '../simulation.js';
import type { SeedResult } from './run-seed.js';

/** A seed whose run broke a law: the first one. */
export interface Failure {
  readonly seed: number;
  readonly violation: Violation;
}

/** What came of many runs. */
export interface Summary {
  readonly runs: number;
  readonly failures: readonly Failure[];
  /** Of all runs together. */
  readonly figures: Figures;
}

export const NOTHING: Summary = {
  runs: 0,
  failures: [],
  figures: { events: 0, messages: 0, receipts: 0, redeliveries: 0, kills: 0, finished: 0 },
};

/** The summary with one more run in it. */
export function withResult(summary: Summary, { seed, violations, figures }: SeedResult): Summary {
  const violation = violations[0];
  const failures = violation === undefined ? [] : [{ seed, violation }];
  return merged(summary, { runs: 1, failures, figures });
}

export function merged(one: Summary, other: Summary): Summary {
  const figures = { ...one.figures };
  for (const name of Object.keys(figures) as (keyof Figures)[]) {
    figures[name] += other.figures[name];
  }
  const failures = [...one.failures, ...other.failures].sort((a, b) => a.seed - b.seed);
  return { runs: one.runs + other.runs, failures, figures };
}

import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Level } from './chapter.js';
import type { Target } from './context.js';
import { Context } from './context.js';
import type { Entry } from './suite.js';

/** `skipped`: the test could not run against this broker; `why` says what it needs. */
export type Outcome = 'passed' | 'failed' | 'skipped';

export interface TestResult {
  readonly chapter: string;
  readonly name: string;
  readonly clauses: readonly string[];
  readonly level: Level;
  readonly outcome: Outcome;
  /** What was wanted and what was seen; empty where the test passed. */
  readonly why: string;
  readonly durationMs: number;
}

export interface RunOptions {
  /** Tests under way at once. */
  readonly concurrency: number;
  readonly onResult?: (result: TestResult) => void;
}

/** A test has this many times the wait of a single step before it is given up. */
const TEST_STEPS_MAX = 10;

/**
 * Runs the tests against a broker, several at once, and returns their results in the order of the
 * tests. A test that fails does not stop the others, and nothing is thrown for it.
 */
export async function runTests(
  entries: readonly Entry[],
  target: Target,
  { concurrency, onResult }: RunOptions,
): Promise<TestResult[]> {
  const run = `m${randomBytes(4).toString('hex')}`; // apart from other runs on a shared broker
  const results: TestResult[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let n = next++; n < entries.length; n = next++) {
      const entry = entries[n];
      if (entry === undefined) continue;
      const result = await runTest(entry, target, `${run}${n.toString(16).padStart(3, '0')}`);
      results[n] = result;
      onResult?.(result);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return results;
}

/** Runs one test in a {@link Context} of its own. */
export async function runTest(entry: Entry, target: Target, prefix: string): Promise<TestResult> {
  const { chapter, test } = entry;
  const startMs = performance.now();
  const result = (outcome: Outcome, why: string): TestResult => ({
    chapter: chapter.name,
    name: test.name,
    clauses: test.clauses,
    level: test.level ?? 'must',
    outcome,
    why,
    durationMs: Math.round(performance.now() - startMs),
  });
  if (test.needs === 'websocket' && target.wsUrl === undefined) {
    return result('skipped', 'Needs the WebSocket URL of the broker');
  }
  const context = new Context(target, prefix);
  try {
    await within(test.run(context), target.timeoutMs * TEST_STEPS_MAX);
    return result('passed', '');
  } catch (error) {
    return result('failed', messageOf(error));
  } finally {
    await context.cleanUp();
  }
}

async function within(work: Promise<void>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Not done after ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    await Promise.race([work, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `${error.message}${cause}`;
}

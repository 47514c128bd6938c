import type { Violation } from '../history/history.js';
import type { Action, Scenario } from '../workload/scenario.js';
import { runScenario } from './run-seed.js';

/** The least that was found to break the same law. */
export interface Shrunk {
  readonly scenario: Scenario;
  readonly violation: Violation;
  /** How many scenarios were tried. */
  readonly runs: number;
}

/** Runs a scenario. @returns The first law it breaks. */
export type Attempt = (scenario: Scenario) => Promise<Violation | undefined>;

/**
 * Leaves actions out of a failing scenario as long as it breaks the same law: half of them at a
 * time, then fewer, then one by one. An action draws from its own numbers, so the others stay as
 * they are.
 *
 * @param runsMax Most scenarios to try.
 */
export async function shrink(
  scenario: Scenario,
  violation: Violation,
  attempt: Attempt = firstViolation,
  runsMax = 300,
): Promise<Shrunk> {
  let best = { scenario, violation };
  let runs = 0;
  for (let size = Math.ceil(scenario.actions.length / 2); size >= 1; ) {
    let removed = false;
    // From the end: what comes last is often not needed at all.
    for (let end = best.scenario.actions.length; end > 0 && runs < runsMax; end -= size) {
      const { actions } = best.scenario;
      const left = actions.toSpliced(Math.max(0, end - size), Math.min(size, end));
      const smaller = { ...scenario, actions: left };
      runs++;
      const found = await attempt(smaller);
      if (found?.law !== violation.law) continue;
      best = { scenario: smaller, violation: found };
      removed = true;
    }
    if (runs >= runsMax || (size === 1 && !removed)) break;
    size = size === 1 ? 1 : Math.ceil(size / 2);
  }
  return { ...best, runs };
}

/** Action numbers as they are written on a command line: `0-3,7`. */
export function shownActions(actions: readonly Action[]): string {
  const ranges: { first: number; last: number }[] = [];
  for (const { index } of actions) {
    const range = ranges.at(-1);
    if (range !== undefined && range.last + 1 === index) range.last = index;
    else ranges.push({ first: index, last: index });
  }
  if (ranges.length === 0) return 'none';
  return ranges
    .map(({ first, last }) => (first === last ? String(first) : `${first}-${last}`))
    .join(',');
}

async function firstViolation(scenario: Scenario): Promise<Violation | undefined> {
  return (await runScenario(scenario)).violations[0];
}

import type { Violation } from '../history/history.js';
import { type Figures, Simulation } from '../simulation.js';
import type { Scenario } from '../workload/scenario.js';
import type { WorldOptions } from '../world/world.js';

/** What came of one scenario. */
export interface SeedResult {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly figures: Figures;
}

/** Runs one scenario. What is thrown, or rejected and nobody hears of, is a violation too. */
export async function runScenario(
  scenario: Scenario,
  options: WorldOptions = {},
): Promise<SeedResult> {
  const simulation = new Simulation(scenario, options);
  const unheard = (error: unknown) => simulation.fault(`a lost rejection: ${text(error)}`);
  process.on('unhandledRejection', unheard);
  try {
    await simulation.run();
  } catch (error) {
    simulation.fault(`an exception: ${text(error)}`);
  } finally {
    process.off('unhandledRejection', unheard);
  }
  return { seed: scenario.seed, violations: simulation.violations, figures: simulation.figures };
}

function text(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

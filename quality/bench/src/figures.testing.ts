import type { Figures } from './measurement.js';

/** Figures of zeros but for those given. */
export function figuresOf(given: Partial<Figures> = {}): Figures {
  return {
    messagesPerS: 0,
    cpuUs: 0,
    generatorCpuUs: 0,
    waited: 0,
    residentBytes: 0,
    elapsedS: 0,
    ownBytes: 0,
    p50Us: 0,
    p99Us: 0,
    p999Us: 0,
    ...given,
  };
}

/** Of run 1 and those after it. */
export function figuresOfRuns(runs: readonly Figures[]): ReadonlyMap<number, Figures> {
  return new Map(runs.map((figures, index) => [index + 1, figures]));
}

import { latencySet, noCounts } from './figures.js';
import { Latencies } from './latencies.js';
import type { Interval, LoadResult, Phase } from './load-result.js';

/** A result of which only some is of interest. */
export function resultOf(result: Partial<LoadResult> = {}): LoadResult {
  return {
    name: 'pair',
    server: 'mqtt://h',
    startedAt: '2020-01-01T00:00:00.000Z',
    interrupted: false,
    measuredS: 10,
    measured: noCounts(),
    total: noCounts(),
    connected: 2,
    lost: 0,
    missed: 0,
    uncertain: 0,
    rateWanted: undefined,
    latencies: latencySet(() => undefined),
    distribution: latencySet(() => []),
    intervals: [],
    load: { worker: 0, cpu: 0, machine: 0 },
    workers: 1,
    remarks: [],
    ...result,
  };
}

/** One second that begins `fromS` after the start, with two times of delivery. */
export function intervalOf(
  phase: Phase,
  fromS: number,
  interval: Partial<Interval> = {},
): Interval {
  return {
    phase,
    atS: fromS + 1,
    lengthS: 1,
    counts: noCounts(),
    connected: 2,
    load: { worker: 0, cpu: 0, machine: 0 },
    ...interval,
    // A histogram costs milliseconds, which a test with many intervals need not pay.
    latencies: interval.latencies ?? latenciesFrom(fromS),
  };
}

function latenciesFrom(fromS: number): Interval['latencies'] {
  const times = Latencies.empty();
  times.add((fromS + 1) * 1000);
  times.add((fromS + 1) * 10_000);
  return latencySet((name) => (name === 'deliver' ? times.summary() : undefined));
}

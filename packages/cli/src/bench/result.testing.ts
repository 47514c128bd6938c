import { latencySet, noCounts } from './figures.js';
import type { LoadResult } from './load-result.js';

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

import { addCounts, latencySet, type LatencySet } from '../figures.js';
import type { LatencySummary } from '../latencies.js';
import type { Interval } from '../load-result.js';

/**
 * Intervals as a plot can show them: of a long test, several together. Counts are added up; of
 * latency and load the worst is taken, so that no peak gets lost.
 *
 * @param max How many there may be; a few more if phases end in between.
 */
export function momentsOf(intervals: readonly Interval[], max: number): Interval[] {
  const size = Math.ceil(intervals.length / max);
  const parts: Interval[][] = [];
  for (const interval of intervals) {
    const part = parts.at(-1);
    if (part === undefined || part.length >= size || part[0]!.phase !== interval.phase) {
      parts.push([interval]);
    } else {
      part.push(interval);
    }
  }
  return parts.map((part) => (part.length === 1 ? part[0]! : together(part)));
}

function together(part: readonly Interval[]): Interval {
  const last = part.at(-1)!;
  const worst = (of: (interval: Interval) => number) => Math.max(...part.map(of));
  return {
    phase: last.phase,
    atS: last.atS,
    lengthS: part.reduce((sum, { lengthS }) => sum + lengthS, 0),
    counts: addCounts(part.map(({ counts }) => counts)),
    connected: last.connected,
    latencies: latencySet((name) => worstOf(part, name)),
    load: {
      worker: worst(({ load }) => load.worker),
      cpu: worst(({ load }) => load.cpu),
      machine: worst(({ load }) => load.machine),
    },
  };
}

function worstOf(
  part: readonly Interval[],
  name: keyof LatencySet<unknown>,
): LatencySummary | undefined {
  const all = part.flatMap(({ latencies }) => latencies[name] ?? []);
  if (all.length === 0) return undefined;
  const worst = (of: keyof LatencySummary) => Math.max(...all.map((one) => one[of]));
  const count = all.reduce((sum, one) => sum + one.count, 0);
  return {
    count,
    meanMs: all.reduce((sum, one) => sum + one.meanMs * one.count, 0) / count,
    minMs: Math.min(...all.map(({ minMs }) => minMs)),
    p50Ms: worst('p50Ms'),
    p90Ms: worst('p90Ms'),
    p99Ms: worst('p99Ms'),
    p999Ms: worst('p999Ms'),
    p9999Ms: worst('p9999Ms'),
    maxMs: worst('maxMs'),
  };
}

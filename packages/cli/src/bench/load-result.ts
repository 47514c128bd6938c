import type { Counts, LatencySet } from './figures.js';
import type { LatencySummary } from './latencies.js';

export type Phase = 'connect' | 'warm-up' | 'measure' | 'drain';

/** What happened from one look to the next. */
export interface Interval {
  readonly phase: Phase;
  /** Since the run began, in s. */
  readonly atS: number;
  readonly lengthS: number;
  readonly counts: Readonly<Counts>;
  readonly connected: number;
  /** Of messages that were measured in this time. */
  readonly latencies: LatencySet<LatencySummary | undefined>;
  readonly load: OwnLoad;
}

/** How busy the generator itself was, each from 0 to 1. */
export interface OwnLoad {
  /** The event loop of the worker that was busiest. */
  readonly worker: number;
  /** CPU time of all own processes, of what the machine has. */
  readonly cpu: number;
  /** CPU time of everything on this machine. */
  readonly machine: number;
}

/** A percentile and its value. */
export type DistributionPoint = readonly [percentile: number, ms: number];

export interface LoadResult {
  /** `pair`, `pub`, … */
  readonly name: string;
  readonly server: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Ended by the user before its time. */
  readonly interrupted: boolean;
  /** Seconds that were measured. */
  readonly measuredS: number;
  /** Of these seconds. */
  readonly measured: Readonly<Counts>;
  /** Of the whole run, warm-up included. */
  readonly total: Readonly<Counts>;
  readonly connected: number;
  /** Messages that a subscriber should have got and did not, in the whole run. */
  readonly lost: number;
  /** Messages that were sent while a subscriber was away, and that nothing kept for it. */
  readonly missed: number;
  /**
   * Messages that did not arrive, but perhaps were never with the broker: their publisher's
   * connection broke.
   */
  readonly uncertain: number;
  /** Messages in a second that were asked for; `undefined`: as fast as it goes. */
  readonly rateWanted: number | undefined;
  readonly latencies: LatencySet<LatencySummary | undefined>;
  readonly distribution: LatencySet<readonly DistributionPoint[]>;
  readonly intervals: readonly Interval[];
  readonly load: OwnLoad;
  readonly workers: number;
  readonly remarks: readonly Remark[];
}

/** What is known while a test runs: what was counted until the last look. */
export interface LoadProgress extends Pick<LoadResult, 'total' | 'connected' | 'latencies'> {
  readonly last: Interval | undefined;
}

/** Something that should be known before a figure is believed, or that is wrong. */
export interface Remark {
  readonly code: RemarkCode;
  readonly text: string;
  /** What stands in the text, by name, for those who say it in other words. */
  readonly values: RemarkValues;
  /** The generator, not the broker, has set the limit. */
  readonly bottleneck: boolean;
}

export type RemarkValues = Readonly<Record<string, string | number>>;

export type RemarkCode =
  | 'lost'
  | 'duplicates'
  | 'reordered'
  | 'unconfirmed'
  | 'connect-failures'
  | 'connections-lost'
  | 'nothing-measured'
  | 'skipped'
  | 'rate-not-reached'
  | 'worker-busy'
  | 'cpu-full'
  | 'machine-busy'
  | 'late';

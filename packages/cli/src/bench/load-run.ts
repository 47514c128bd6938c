import { setTimeout as delay } from 'node:timers/promises';
import { CpuMeter } from './cpu-meter.js';
import {
  addCounts,
  type Counts,
  type Figures,
  type LatencySet,
  latencySet,
  LATENCY_NAMES,
  noCounts,
  noLatencies,
  subtractCounts,
} from './figures.js';
import { judge } from './judge.js';
import { Latencies } from './latencies.js';
import { type LoadPlan, StreamNumbers } from './load-plan.js';
import type {
  DistributionPoint,
  Interval,
  LoadProgress,
  LoadResult,
  OwnLoad,
  Phase,
} from './load-result.js';
import type { Missing } from './reception.js';
import { SharedClock } from './shared-clock.js';
import type { WorkerHandle } from './worker-handle.js';

export interface LoadTiming {
  readonly warmUpMs: number;
  readonly durationMs: number;
  /** How long messages may take after the last one was sent, as long as none comes. */
  readonly drainMs: number;
  /** From one look at the figures to the next. */
  readonly intervalMs: number;
}

export interface LoadWatcher {
  readonly signal: AbortSignal;
  readonly onInterval: (interval: Interval) => Promise<void> | void;
}

/** One load test, from the first connection to the result. */
export class LoadRun {
  readonly #plan: LoadPlan;
  readonly #timing: LoadTiming;
  readonly #workers: readonly WorkerHandle[];
  readonly #watcher: LoadWatcher;
  readonly #clock = new SharedClock();
  readonly #startedUs = this.#clock.nowUs();
  readonly #startedAt = new Date().toISOString();
  readonly #cpu = new CpuMeter();
  readonly #intervals: Interval[] = [];
  readonly #latencies: LatencySet<Latencies> = noLatencies();
  #counts: Counts = noCounts();
  #connected = 0;
  #trouble: string | undefined;
  #atUs = this.#startedUs;

  constructor(
    plan: LoadPlan,
    timing: LoadTiming,
    workers: readonly WorkerHandle[],
    watcher: LoadWatcher,
  ) {
    this.#plan = plan;
    this.#timing = timing;
    this.#workers = workers;
    this.#watcher = watcher;
  }

  /**
   * Runs it to its end, or until the signal. All connections are closed then.
   *
   * @param name Of the test, for the result.
   * @throws {Error} if a worker is gone.
   */
  async run(name: string): Promise<LoadResult> {
    const { warmUpMs, durationMs } = this.#timing;
    try {
      const connecting = Promise.all(this.#workers.map((worker) => worker.connect()));
      await this.#watch('connect', connecting, Infinity);
      const startUs = this.#clock.nowUs();
      const measureUs = startUs + warmUpMs * 1000;
      const endUs = measureUs + durationMs * 1000;
      await this.#all((worker) => worker.go({ startUs, measureUs, endUs }));
      await this.#watch('warm-up', undefined, measureUs);
      const before = { counts: this.#counts, us: this.#atUs };
      await this.#watch('measure', undefined, endUs);
      const measured = subtractCounts(this.#counts, before.counts);
      const measuredS = (this.#atUs - before.us) / 1e6;
      const lost = await this.#drain();
      return this.#result(name, { measured, measuredS, ...lost });
    } finally {
      if (this.#plan.comesAndGoes) {
        await Promise.allSettled(this.#workers.map((worker) => worker.forget()));
      }
      await Promise.allSettled(this.#workers.map((worker) => worker.close()));
    }
  }

  /** For those who look from outside while it runs. */
  soFar(): LoadProgress {
    return {
      total: this.#counts,
      connected: this.#connected,
      latencies: latencySet((name) => this.#latencies[name].summary()),
      last: this.#intervals.at(-1),
    };
  }

  /** Looks at the figures until a time has come or something is done. */
  async #watch(phase: Phase, done: Promise<unknown> | undefined, untilUs: number): Promise<void> {
    const { signal } = this.#watcher;
    const over = new AbortController();
    const settle = () => over.abort();
    done?.then(settle, settle);
    for (;;) {
      const leftMs = (untilUs - this.#clock.nowUs()) / 1000;
      if (signal.aborted || over.signal.aborted || leftMs <= 0) break;
      const waitMs = Math.min(leftMs, this.#timing.intervalMs);
      await delay(waitMs, undefined, { signal: AbortSignal.any([signal, over.signal]) }).catch(
        () => {},
      );
      await this.#look(phase);
    }
    if (!signal.aborted) await done; // what it failed with is thrown
  }

  /** Publishes no more, and waits for what is still to come. @returns How much never came. */
  async #drain(): Promise<Missing> {
    const sent = Array.from({ length: new StreamNumbers(this.#plan).count }, () => 0);
    for (const counts of await this.#all((worker) => worker.stop())) {
      for (const [stream, count] of counts) sent[stream] = count;
    }
    await this.#exchangeTimes();
    const missing = async () => addMissing(await this.#all((worker) => worker.missing(sent)));
    await this.#look('drain', false);
    let left = await missing();
    let changedUs = this.#clock.nowUs();
    while (left.lost > 0 || this.#unacknowledged()) {
      const nowUs = this.#clock.nowUs();
      if (this.#interrupted() || nowUs - changedUs > this.#timing.drainMs * 1000) break;
      await delay(DRAIN_LOOK_MS);
      const before = this.#counts;
      await this.#look('drain', false);
      const now = await missing();
      const settled = ({ acknowledged, received, reconnects }: Counts) =>
        acknowledged + received + reconnects;
      const changed = now.lost < left.lost || settled(this.#counts) > settled(before);
      if (changed) changedUs = this.#clock.nowUs();
      left = now;
    }
    if (left.lost === 0 || !this.#plan.comesAndGoes) return left;
    // Devices that were still leaving have since cast doubt on what did not get out.
    await this.#exchangeTimes();
    return missing();
  }

  /** Where devices come and go: all workers learn when messages were due, and which may be lost. */
  async #exchangeTimes(): Promise<void> {
    if (!this.#plan.comesAndGoes) return;
    const times = new Map((await this.#all((worker) => worker.sentTimes())).flat());
    await this.#all((worker) => worker.learn(times));
  }

  /** It was ended by hand. Where devices are away, what is kept for them is waited for anyway. */
  #interrupted(): boolean {
    return this.#watcher.signal.aborted && !this.#plan.comesAndGoes;
  }

  /** Some acknowledgements are still to come. */
  #unacknowledged(): boolean {
    const { acknowledged, unconfirmed, cutOff, sent } = this.#counts;
    const acknowledges = this.#plan.groups.every(({ publish }) =>
      publish.every(({ qos, pace }) => qos > 0 || pace.kind === 'will'),
    );
    return acknowledges && acknowledged + unconfirmed + cutOff < sent;
  }

  /** Asks all workers how they are. @param told Whether the watcher hears of it. */
  async #look(phase: Phase, told = true): Promise<void> {
    const figures = await this.#all((worker) => worker.figures());
    const nowUs = this.#clock.nowUs();
    const counts = addCounts(figures.map((one) => one.counts));
    const latencies = mergedLatencies(figures);
    for (const name of LATENCY_NAMES) this.#latencies[name].merge(latencies[name]);
    this.#connected = figures.reduce((sum, one) => sum + one.connected, 0);
    this.#trouble ??= figures.find(({ trouble }) => trouble !== undefined)?.trouble;
    const interval: Interval = {
      phase,
      atS: (nowUs - this.#startedUs) / 1e6,
      lengthS: (nowUs - this.#atUs) / 1e6,
      counts: subtractCounts(counts, this.#counts),
      connected: this.#connected,
      latencies: latencySet((name) => latencies[name].summary()),
      load: {
        worker: Math.max(...figures.map(({ busy }) => busy)),
        ...this.#cpu.look(figures.reduce((sum, { cpuUs }) => sum + cpuUs, 0)),
      },
    };
    this.#counts = counts;
    this.#atUs = nowUs;
    if (!told) return;
    this.#intervals.push(interval);
    await this.#watcher.onInterval(interval);
  }

  #all<T>(ask: (worker: WorkerHandle) => Promise<T>): Promise<T[]> {
    return Promise.all(this.#workers.map(ask));
  }

  #result(name: string, found: Found): LoadResult {
    const result = {
      name,
      ...found,
      server: this.#plan.server,
      startedAt: this.#startedAt,
      interrupted: this.#watcher.signal.aborted,
      total: this.#counts,
      connected: this.#connected,
      rateWanted: rateOf(this.#plan),
      latencies: latencySet((which) => this.#latencies[which].summary()),
      distribution: latencySet((which) => distributionOf(this.#latencies[which])),
      intervals: this.#intervals,
      load: meanLoad(this.#intervals.filter(({ phase }) => phase === 'measure')),
      workers: this.#workers.length,
    };
    return { ...result, remarks: judge(result, this.#trouble) };
  }
}

/** What a run has found out. */
type Found = Missing & Pick<LoadResult, 'measured' | 'measuredS'>;

function addMissing(all: readonly Missing[]): Missing {
  return {
    lost: all.reduce((sum, { lost }) => sum + lost, 0),
    missed: all.reduce((sum, { missed }) => sum + missed, 0),
    uncertain: all.reduce((sum, { uncertain }) => sum + uncertain, 0),
  };
}

function mergedLatencies(figures: readonly Figures[]): LatencySet<Latencies> {
  const merged = noLatencies();
  for (const { latencies } of figures) {
    for (const name of LATENCY_NAMES) merged[name].merge(Latencies.decode(latencies[name]));
  }
  return merged;
}

/** Messages in a second that a plan asks for; `undefined` if a part of it is a closed loop. */
export function rateOf({ groups }: LoadPlan): number | undefined {
  let rate = 0;
  for (const { count, publish } of groups) {
    for (const { pace } of publish) {
      if (pace.kind === 'window') return undefined;
      if (pace.kind === 'rate') rate += (count * 1e6) / pace.everyUs;
    }
  }
  return rate === 0 ? undefined : rate;
}

function distributionOf(latencies: Latencies): DistributionPoint[] {
  if (latencies.count === 0) return [];
  return PERCENTILES.map((percentile) => [percentile, latencies.percentileMs(percentile)]);
}

/** The busiest worker over all of the time, and the mean of the machine. */
function meanLoad(intervals: readonly Interval[]): OwnLoad {
  const seconds = intervals.reduce((sum, { lengthS }) => sum + lengthS, 0);
  const mean = (of: (load: OwnLoad) => number) =>
    seconds === 0
      ? 0
      : intervals.reduce((sum, { load, lengthS }) => sum + of(load) * lengthS, 0) / seconds;
  return {
    worker: mean(({ worker }) => worker),
    cpu: mean(({ cpu }) => cpu),
    machine: mean(({ machine }) => machine),
  };
}

const DRAIN_LOOK_MS = 20;
const PERCENTILES = [
  0, 10, 20, 30, 40, 50, 60, 70, 75, 80, 85, 90, 92.5, 95, 96, 97, 98, 99, 99.5, 99.8, 99.9, 99.95,
  99.98, 99.99, 99.995, 100,
];

import type { MetricInfo } from '@magpie/broker/admin-client';

/** What a counter did lately. */
export interface Rate {
  /** Per second, between the last two snapshots. */
  readonly now: number;
  /** The same of earlier ones, the oldest first, and of these. */
  readonly history: readonly number[];
}

/** Snapshots of all metrics, made into rates. */
export class MetricHistory {
  #last = new Map<string, number>();
  #lastAtMs: number | undefined;
  readonly #rates = new Map<string, number[]>();
  #gauges = new Map<string, number>();

  /** @param atMs When they were read; of a clock that never goes back. */
  add(metrics: readonly MetricInfo[], atMs: number): void {
    const seconds = this.#lastAtMs === undefined ? 0 : (atMs - this.#lastAtMs) / 1000;
    const counters = new Map<string, number>();
    this.#gauges = new Map();
    for (const { name, type, value, labels } of metrics) {
      const key = keyOf(name, labels);
      if (type === 'gauge') this.#gauges.set(key, value);
      if (type !== 'counter') continue;
      counters.set(key, value);
      if (labels !== undefined) counters.set(name, (counters.get(name) ?? 0) + value);
    }
    if (seconds > 0) for (const [key, value] of counters) this.#note(key, value, seconds);
    this.#last = counters;
    this.#lastAtMs = atMs;
  }

  gauge(name: string): number {
    return this.#gauges.get(name) ?? 0;
  }

  /** Of a counter that has labels: of all its values together. */
  rate(name: string): Rate {
    const history = this.#rates.get(name) ?? [];
    return { now: history.at(-1) ?? 0, history };
  }

  /** Rates of a counter that has labels, by their values; those that are 0 are left out. */
  labelled(name: string): readonly (readonly [label: string, perSecond: number])[] {
    const found = [...this.#rates.keys()].filter((key) => key.startsWith(`${name}{`));
    const rates = found.map((key) => [key.slice(name.length + 1, -1), this.rate(key).now] as const);
    return rates.filter(([, perSecond]) => perSecond > 0).toSorted(([, a], [, b]) => b - a);
  }

  #note(key: string, value: number, seconds: number): void {
    // A broker that was started again counts from 0.
    const grown = Math.max(0, value - (this.#last.get(key) ?? 0));
    const history = this.#rates.get(key) ?? [];
    history.push(grown / seconds);
    if (history.length > SNAPSHOTS_MAX) history.shift();
    this.#rates.set(key, history);
  }
}

function keyOf(name: string, labels: MetricInfo['labels']): string {
  return labels === undefined ? name : `${name}{${Object.values(labels).join(',')}}`;
}

/** As wide as a terminal shows. */
const SNAPSHOTS_MAX = 300;

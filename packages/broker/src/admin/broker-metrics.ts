import type { BrokerGauges } from '../observe/broker-gauges.js';
import type { Counters } from '../observe/counters.js';
import type { Histogram } from '../observe/histogram.js';
import type { TopicTraffic } from '../observe/topic-meters.js';
import type { ByQoS } from '../observe/traffic-ledger.js';
import type { Metric } from './admin-source.js';
import {
  BY_QOS,
  BY_REASON,
  BY_TOPIC,
  COMPACTION_SECONDS,
  COUNTERS,
  GAUGES,
  HISTOGRAMS,
  INFO,
  type MetricText,
  PROCESS,
  STORE_COUNTERS,
  STORE_GAUGES,
  STORE_INFO,
} from './metric-tables.js';
import type { ProcessUse } from './process-meter.js';

/** What a store takes of the disk; see `LmdbStore.disk`. */
export interface StoreUse {
  readonly fileBytes: number;
  readonly usedBytes: number;
  readonly compactions: number;
  readonly compactionsFailed: number;
  readonly compactionMs: number;
  /** 1 or 0. */
  readonly syncFailed: number;
  readonly sync: string;
}

export interface BrokerNumbers {
  readonly version: string;
  readonly counters: Readonly<Counters>;
  readonly gauges: BrokerGauges;
  /** `undefined`: nothing is on disk. */
  readonly store: StoreUse | undefined;
  readonly process: ProcessUse;
}

/** A snapshot of everything countable, in the order of the page. */
export function brokerMetrics(numbers: BrokerNumbers): Metric[] {
  const { version, counters, gauges, store, process } = numbers;
  const traffic = counters.traffic.total();
  return [
    { ...INFO, type: 'gauge', value: 1, labels: { version } },
    ...rows(GAUGES).map(([key, text]) => gauge(text, gauges[key])),
    ...rows(COUNTERS).map(([key, text]) => counter(text, counters[key])),
    ...rows(BY_QOS).flatMap(([key, text]) => byQoS(text, traffic[key])),
    ...rows(BY_REASON).flatMap(([key, text]) => byReason(text, counters[key])),
    ...rows(HISTOGRAMS).flatMap(([key, text]) => histogram(text, counters[key])),
    ...topicMetrics(counters.topics.read()),
    ...(store === undefined ? [] : storeMetrics(store)),
    ...processMetrics(process),
  ];
}

function storeMetrics(store: StoreUse): Metric[] {
  return [
    { ...STORE_INFO, type: 'gauge', value: 1, labels: { sync: store.sync } },
    ...rows(STORE_GAUGES).map(([key, text]) => gauge(text, store[key])),
    ...rows(STORE_COUNTERS).map(([key, text]) => counter(text, store[key])),
    counter(COMPACTION_SECONDS, store.compactionMs / 1000),
  ];
}

/** What the system does not tell has no row. */
function processMetrics(use: ProcessUse): Metric[] {
  return rows(PROCESS).flatMap(([key, row]) => {
    const value = use[key];
    return value === undefined ? [] : [{ ...row, value }];
  });
}

function topicMetrics(topics: readonly TopicTraffic[]): Metric[] {
  return rows(BY_TOPIC).flatMap(([key, text]) =>
    topics.map((one) => ({ ...counter(text, one[key]), labels: { filter: one.filter } })),
  );
}

function byQoS(text: MetricText, values: ByQoS): Metric[] {
  return values.map((value, qos) => ({ ...counter(text, value), labels: { qos: String(qos) } }));
}

function byReason(text: MetricText, values: Readonly<Record<string, number>>): Metric[] {
  return rows(values).map(([reason, value]) => ({ ...counter(text, value), labels: { reason } }));
}

function histogram(text: MetricText, values: Histogram): Metric[] {
  const { bounds, count, sum } = values;
  const cumulative = [...values.cumulative(), count];
  const ends = [...bounds.map(String), '+Inf'];
  const shared = { ...text, type: 'histogram' } as const;
  return [
    ...ends.map((le, at) => {
      return { ...shared, suffix: '_bucket', labels: { le }, value: cumulative[at] ?? 0 } as const;
    }),
    { ...shared, suffix: '_sum', value: sum },
    { ...shared, suffix: '_count', value: count },
  ];
}

function gauge(text: MetricText, value: number): Metric {
  return { ...text, type: 'gauge', value };
}

function counter(text: MetricText, value: number): Metric {
  return { ...text, type: 'counter', value };
}

function rows<Key extends string, Row>(table: Readonly<Record<Key, Row>>): [Key, Row][] {
  return Object.entries(table) as [Key, Row][];
}

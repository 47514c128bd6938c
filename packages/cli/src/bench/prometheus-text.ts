import { type Counts, COUNT_NAMES, LATENCY_NAMES } from './figures.js';
import type { LoadProgress, LoadResult } from './load-result.js';

/** A result in the text format of Prometheus, for a collector of files or a check in CI. */
export function prometheusText(result: LoadResult): string {
  const { measured, measuredS, lost, missed, uncertain, load, remarks } = result;
  const rate = (count: number) => (measuredS > 0 ? count / measuredS : 0);
  return textOf(result.name, result, [
    ['lost_messages', lost],
    ['missed_messages', missed],
    ['uncertain_messages', uncertain],
    ['connections', result.connected],
    ['sent_per_second', rate(measured.sent)],
    ['received_per_second', rate(measured.received)],
    ['worker_busy_ratio', load.worker],
    ['bottleneck', remarks.some(({ bottleneck }) => bottleneck) ? 1 : 0],
  ]);
}

/** The same of a test that still runs; rates and load are those of the last interval. */
export function progressText(name: string, progress: LoadProgress): string {
  const { connected, last } = progress;
  const rate = (count: 'sent' | 'received') =>
    last === undefined || last.lengthS === 0 ? 0 : last.counts[count] / last.lengthS;
  return textOf(name, progress, [
    ['connections', connected],
    ['sent_per_second', rate('sent')],
    ['received_per_second', rate('received')],
    ['worker_busy_ratio', last?.load.worker ?? 0],
    ['measuring', last?.phase === 'measure' ? 1 : 0],
  ]);
}

type Gauge = readonly [name: string, value: number];

function textOf(
  name: string,
  { total, latencies }: Pick<LoadResult, 'total' | 'latencies'>,
  gauges: readonly Gauge[],
): string {
  const label = `bench="${name}"`;
  const lines = [
    ...COUNT_NAMES.flatMap((count) =>
      metric('counter', `${snake(count)}_total`, label, total[count]),
    ),
    ...gauges.flatMap(([gauge, value]) => metric('gauge', gauge, label, value)),
  ];
  for (const time of LATENCY_NAMES) {
    const summary = latencies[time];
    if (summary === undefined) continue;
    const { count, meanMs, p50Ms, p90Ms, p99Ms, p999Ms, p9999Ms } = summary;
    const metricName = `magpie_bench_${time}_seconds`;
    const quantiles = [
      [0.5, p50Ms],
      [0.9, p90Ms],
      [0.99, p99Ms],
      [0.999, p999Ms],
      [0.9999, p9999Ms],
    ] as const;
    lines.push(
      `# TYPE ${metricName} summary`,
      ...quantiles.map(([q, ms]) => `${metricName}{${label},quantile="${q}"} ${ms / 1000}`),
      `${metricName}_sum{${label}} ${(meanMs * count) / 1000}`,
      `${metricName}_count{${label}} ${count}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function metric(type: string, name: string, label: string, value: number): string[] {
  return [`# TYPE magpie_bench_${name} ${type}`, `magpie_bench_${name}{${label}} ${value}`];
}

/** `receivedBytes` is `received_bytes`. */
function snake(name: keyof Counts): string {
  return name.replace('QoS2', 'Qos2').replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

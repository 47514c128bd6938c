import { type Counts, COUNT_NAMES, LATENCY_NAMES } from './figures.js';
import type { LoadResult } from './load-result.js';

/** A result in the text format of Prometheus, for a collector of files or a check in CI. */
export function prometheusText({
  name,
  total,
  lost,
  measured,
  measuredS,
  ...rest
}: LoadResult): string {
  const label = `bench="${name}"`;
  const rate = (count: number) => (measuredS > 0 ? count / measuredS : 0);
  const gauges: readonly (readonly [name: string, value: number])[] = [
    ['lost_messages', lost],
    ['connections', rest.connected],
    ['sent_per_second', rate(measured.sent)],
    ['received_per_second', rate(measured.received)],
    ['worker_busy_ratio', rest.load.worker],
    ['bottleneck', rest.remarks.some(({ bottleneck }) => bottleneck) ? 1 : 0],
  ];
  const lines = [
    ...COUNT_NAMES.flatMap((count) =>
      metric('counter', `${snake(count)}_total`, label, total[count]),
    ),
    ...gauges.flatMap(([gauge, value]) => metric('gauge', gauge, label, value)),
  ];
  for (const time of LATENCY_NAMES) {
    const summary = rest.latencies[time];
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

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latencySet, noCounts } from './figures.js';
import { Latencies } from './latencies.js';
import { progressText, prometheusText } from './prometheus-text.js';
import { intervalOf, resultOf } from './result.testing.js';

const latencies = Latencies.empty();
latencies.add(2000);
const result = resultOf({
  total: { ...noCounts(), sent: 30, receivedBytes: 7, duplicatesOfQoS2: 1 },
  measured: { ...noCounts(), sent: 20 },
  lost: 3,
  remarks: [{ code: 'late', text: 'x', values: {}, bottleneck: true }],
  latencies: latencySet((name) => (name === 'deliver' ? latencies.summary() : undefined)),
});

test('prometheusText() has every count, and the times as summaries', () => {
  const lines = prometheusText(result).split('\n');
  for (const line of [
    '# TYPE magpie_bench_sent_total counter',
    'magpie_bench_sent_total{bench="pair"} 30',
    'magpie_bench_received_bytes_total{bench="pair"} 7',
    'magpie_bench_duplicates_of_qos2_total{bench="pair"} 1',
    'magpie_bench_lost_messages{bench="pair"} 3',
    'magpie_bench_sent_per_second{bench="pair"} 2',
    'magpie_bench_bottleneck{bench="pair"} 1',
    'magpie_bench_deliver_seconds{bench="pair",quantile="0.9999"} 0.002',
    'magpie_bench_deliver_seconds_count{bench="pair"} 1',
  ]) {
    assert.ok(lines.includes(line), `${line} is missing in\n${lines.join('\n')}`);
  }
});

test('prometheusText() has nothing but comments and samples', () => {
  for (const line of prometheusText(result).trimEnd().split('\n')) {
    assert.match(line, /^(# TYPE \w+ \w+|\w+\{bench="pair"(,quantile="[\d.]+")?\} [\d.]+)$/);
  }
});

test('progressText() has what is known before the end', () => {
  const { total, connected } = result;
  const counts = { ...noCounts(), sent: 8 };
  const last = intervalOf('measure', 1, { lengthS: 2, counts });
  const text = progressText('pub', { total, connected, latencies: result.latencies, last });
  for (const line of [
    'magpie_bench_sent_total{bench="pub"} 30',
    'magpie_bench_connections{bench="pub"} 2',
    'magpie_bench_sent_per_second{bench="pub"} 4',
    'magpie_bench_measuring{bench="pub"} 1',
    'magpie_bench_deliver_seconds_count{bench="pub"} 1',
  ]) {
    assert.ok(text.split('\n').includes(line), `${line} is missing in\n${text}`);
  }
  const none = progressText('pub', { ...result, last: undefined });
  assert.match(none, /^magpie_bench_sent_per_second\{bench="pub"\} 0$/m);
  assert.match(none, /^magpie_bench_measuring\{bench="pub"\} 0$/m);
});

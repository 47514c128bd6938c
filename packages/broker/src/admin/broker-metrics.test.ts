import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DROP_REASONS } from '../model/drop-reason.js';
import { Counters } from '../observe/counters.js';
import { brokerMetrics } from './broker-metrics.js';
import { someMetrics as metrics, someNumbers as numbers } from './broker-numbers.testing.js';
import { metricsText } from './metrics-text.js';

test('brokerMetrics() shows every counter and gauge once', () => {
  const values = metrics.map(({ value }) => value);
  const { counters, gauges, process } = numbers;
  const { dropped, refused, closed } = counters;
  // What is shown by label is not shown as a sum.
  const { connectsRefused, connectionsClosed, messagesReceived, messagesSent, ...plain } = counters;
  const numbersOf = (table: object) => {
    return Object.values(table).filter((value) => typeof value === 'number');
  };
  const tables = [plain, dropped, refused, closed, gauges, process];
  for (const value of [...tables.flatMap(numbersOf), 1, 10, 11, 12, 13, 14, 22]) {
    assert.ok(values.includes(value), `value ${value}`);
  }
  for (const sum of [connectsRefused, connectionsClosed, messagesReceived, messagesSent]) {
    assert.ok(!values.includes(sum), `value ${sum}`);
  }
  const keys = metrics.map(({ name, suffix, labels }) => [name, suffix, JSON.stringify(labels)]);
  assert.equal(new Set(keys.map(String)).size, keys.length);
});

test('brokerMetrics() shows nothing of the file of a store that has none', () => {
  const names = brokerMetrics({ ...numbers, store: undefined }).map(({ name }) => name);
  assert.ok(!names.some((name) => /^magpie_store_(file|used|compaction|sync|info)/.test(name)));
});

test('brokerMetrics() leaves out what the system does not tell of the process', () => {
  const process = { ...numbers.process, openFds: undefined };
  const names = brokerMetrics({ ...numbers, process }).map(({ name }) => name);
  assert.ok(!names.includes('process_open_fds') && names.includes('process_max_fds'));
});

test('brokerMetrics() tells how the store is synced', () => {
  const info = metrics.find(({ name }) => name === 'magpie_store_info');
  assert.deepEqual(info?.labels, { sync: 'interval' });
});

test('brokerMetrics() labels dropped messages by reason', () => {
  const reasons = metrics
    .filter(({ name }) => name === 'magpie_messages_dropped_total')
    .map(({ labels }) => labels?.['reason']);
  assert.deepEqual(reasons, Object.keys(DROP_REASONS));
});

test('brokerMetrics() labels messages and their bytes by QoS', () => {
  const traffic = numbers.counters.traffic.total();
  const sent = metrics.filter(({ name }) => name === 'magpie_payload_sent_bytes_total');
  assert.deepEqual(
    sent.map(({ labels, value }) => [labels?.['qos'], value]),
    traffic.bytesSent.map((bytes, qos) => [String(qos), bytes]),
  );
});

test('brokerMetrics() labels what is counted of topics by the filter', () => {
  const sent = metrics.filter(({ name }) => name === 'magpie_topic_sent_bytes_total');
  const shown = sent.map(({ labels, value }) => [labels?.['filter'], value]);
  assert.deepEqual(shown, [
    ['plant/+/state', 7],
    ['other/#', 0],
  ]);
  const without = { ...numbers, counters: new Counters() };
  assert.ok(!brokerMetrics(without).some(({ name }) => name.startsWith('magpie_topic_')));
});

test('brokerMetrics() shows a histogram by its bounds, its sum and its count', () => {
  const lines = metricsText(metrics).split('\n');
  const at = lines.indexOf('# TYPE magpie_store_commit_seconds histogram');
  const shown = lines
    .slice(at + 1, at + 17)
    .map((line) => line.replace('magpie_store_commit_', ''));
  assert.equal(shown[0], 'seconds_bucket{le="0.001"} 0');
  assert.equal(shown[1], 'seconds_bucket{le="0.0025"} 1');
  assert.deepEqual(shown.slice(12), [
    'seconds_bucket{le="10"} 3',
    'seconds_bucket{le="+Inf"} 4',
    'seconds_sum 22.022',
    'seconds_count 4',
  ]);
});

test('brokerMetrics() names what it shows as Prometheus wants it', () => {
  for (const { name, type, suffix } of metrics) {
    assert.match(name, /^(magpie|process|nodejs)_[a-z0-9_]+$/);
    assert.equal(name.endsWith('_total'), type === 'counter', name);
    assert.equal(suffix !== undefined, type === 'histogram', name);
  }
  assert.match(metricsText(metrics), /^magpie_info\{version="1\.2\.3"\} 1$/m);
});

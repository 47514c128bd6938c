import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DROP_REASONS } from '../model/drop-reason.js';
import { Counters } from '../observe/counters.js';
import {
  brokerMetrics,
  type BrokerNumbers,
  type Gauges,
  metricsMarkdown,
  type StoreUse,
} from './broker-metrics.js';
import { metricsText } from './metrics-text.js';

function countedUp(): Counters {
  const counters = new Counters();
  let next = 100;
  const plain = counters as unknown as Record<string, number>;
  for (const key of Object.keys(counters)) if (key !== 'dropped') plain[key] = next++;
  for (const reason of Object.keys(counters.dropped)) {
    counters.dropped[reason as keyof typeof DROP_REASONS] = next++;
  }
  return counters;
}

const gauges: Gauges = {
  connections: 1,
  clients: 2,
  sessions: 3,
  subscriptions: 4,
  retainedMessages: 5,
  retainedBytes: 6,
  inflightMessages: 15,
  decidingMessages: 24,
  unaccountedMessages: 25,
  unaccountedDeliveries: 26,
  queuedMessages: 7,
  queuedBytes: 8,
  storeFailed: 20,
  storeBacklogBytes: 21,
  overloaded: 23,
  bans: 22,
};
const store: StoreUse = {
  fileBytes: 10,
  usedBytes: 11,
  compactions: 12,
  compactionsFailed: 13,
  compactionMs: 14_000,
  syncFailed: 22,
  sync: 'interval',
};
const counters = countedUp();
const numbers: BrokerNumbers = {
  version: '1.2.3',
  counters,
  gauges,
  store,
  process: { residentBytes: 9, cpuMicroseconds: 1_500_000 },
};
const metrics = brokerMetrics(numbers);

test('brokerMetrics() shows every counter and gauge once', () => {
  const values = metrics.map(({ value }) => value);
  const { dropped, ...plain } = counters;
  const others = [1, 9, 1.5, 10, 11, 12, 13, 14, 22];
  for (const value of [...Object.values(plain), ...Object.values(dropped), ...others]) {
    assert.ok(values.includes(value), `value ${value}`);
  }
  for (const value of Object.values<number>({ ...gauges })) assert.ok(values.includes(value));
  const keys = metrics.map(({ name, labels }) => `${name} ${JSON.stringify(labels)}`);
  assert.equal(new Set(keys).size, keys.length);
});

test('brokerMetrics() shows nothing of the file of a store that has none', () => {
  const names = brokerMetrics({ ...numbers, store: undefined }).map(({ name }) => name);
  assert.ok(!names.some((name) => /^magpie_store_(file|used|compaction|sync|info)/.test(name)));
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

test('brokerMetrics() names counters and gauges as Prometheus wants them', () => {
  for (const { name, type } of metrics) {
    assert.match(name, /^(magpie|process)_[a-z_]+$/);
    assert.equal(name.endsWith('_total'), type === 'counter', name);
  }
  assert.match(metricsText(metrics), /^magpie_info\{version="1\.2\.3"\} 1$/m);
});

test('metricsMarkdown() has a row for each metric and each reason', () => {
  const page = metricsMarkdown();
  for (const { name, type, help } of metrics) {
    assert.ok(page.includes(`| \`${name}\` | ${type} | ${help} |`), name);
  }
  for (const reason of Object.keys(DROP_REASONS)) assert.ok(page.includes(`| \`${reason}\` |`));
});

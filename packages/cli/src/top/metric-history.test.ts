import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MetricInfo } from '@magpie/broker/admin-client';
import { MetricHistory } from './metric-history.js';

function counter(name: string, value: number, reason?: string): MetricInfo {
  return { name, help: '', type: 'counter', value, ...(reason && { labels: { reason } }) };
}

test('MetricHistory: a rate is what a counter has grown by in a second', () => {
  const history = new MetricHistory();
  history.add([counter('in', 100)], 0);
  assert.deepEqual(history.rate('in'), { now: 0, history: [] });
  history.add([counter('in', 300)], 2000);
  history.add([counter('in', 350)], 3000);
  assert.deepEqual(history.rate('in'), { now: 50, history: [100, 50] });
});

test('MetricHistory: a broker that was started again has no negative rate', () => {
  const history = new MetricHistory();
  history.add([counter('in', 100)], 0);
  history.add([counter('in', 7)], 1000);
  assert.equal(history.rate('in').now, 0);
});

test('MetricHistory shows labels that have a rate, the highest first', () => {
  const history = new MetricHistory();
  history.add([counter('drop', 0, 'a'), counter('drop', 0, 'b'), counter('drop', 5, 'c')], 0);
  history.add([counter('drop', 1, 'a'), counter('drop', 9, 'b'), counter('drop', 5, 'c')], 1000);
  assert.deepEqual(history.labelled('drop'), [
    ['b', 9],
    ['a', 1],
  ]);
});

test('MetricHistory: the rate of a counter that has labels is that of all together', () => {
  const history = new MetricHistory();
  history.add([counter('in', 1, 'a'), counter('in', 2, 'b')], 0);
  history.add([counter('in', 4, 'a'), counter('in', 7, 'b')], 2000);
  assert.equal(history.rate('in').now, 4);
});

test('MetricHistory leaves histograms out', () => {
  const history = new MetricHistory();
  const value = (atMs: number) => {
    const count = {
      name: 's',
      help: '',
      type: 'histogram',
      suffix: '_count',
      value: atMs,
    } as const;
    history.add([count], atMs);
  };
  value(0);
  value(1000);
  assert.deepEqual([history.gauge('s'), history.rate('s').now], [0, 0]);
});

test('MetricHistory keeps gauges as they are, and 300 rates', () => {
  const history = new MetricHistory();
  for (let at = 0; at <= 400; at++) {
    const gauge = { name: 'g', help: '', type: 'gauge', value: at } as const;
    history.add([gauge, counter('in', at)], at * 1000);
  }
  assert.equal(history.gauge('g'), 400);
  assert.equal(history.gauge('none'), 0);
  assert.equal(history.rate('in').history.length, 300);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latencySet, noCounts } from '../figures.js';
import { judge } from '../judge.js';
import { Latencies } from '../latencies.js';
import { resultOf } from '../result.testing.js';
import { remarkText, reportWords } from './report-words.js';

test('reportWords() fills in what it is given, in both languages', () => {
  const values = { filter: 'a/#', qos: 1 };
  assert.equal(reportWords('en')('subscribes', values), 'subscribe to a/#: QoS 1');
  assert.equal(reportWords('zh')('subscribes', values), '订阅 a/#：QoS 1');
});

test('remarkText() says in Chinese all that the judge says', () => {
  const late = Latencies.empty();
  late.add(50_000);
  const all = { ...noCounts(), duplicates: 5, duplicatesOfQoS2: 2, reordered: 1, unconfirmed: 1 };
  const total = { ...all, connectFailures: 1, connectionsLost: 1, skipped: 1 };
  const latencies = latencySet((name) => (name === 'lag' ? late.summary() : undefined));
  const load = { worker: 1, cpu: 1, machine: 1 };
  const result = resultOf({ lost: 1, total, rateWanted: 1000, latencies, load });
  const remarks = [...judge(result, 'broken'), ...judge(resultOf({ measuredS: 0 }), undefined)];
  assert.equal(remarks.length, 14);
  for (const remark of remarks) {
    const text = remarkText(remark, 'zh');
    assert.match(text, /[\u4e00-\u9fff]/);
    assert.doesNotMatch(text, /[{}–]/);
    // The same numbers, in the same order.
    const numbers = (of: string) => (of.match(/\d[\d,./]*/g) ?? []).toSorted();
    if (remark.code !== 'duplicates') assert.deepEqual(numbers(text), numbers(remark.text));
    assert.equal(remarkText(remark, 'en'), remark.text);
  }
});

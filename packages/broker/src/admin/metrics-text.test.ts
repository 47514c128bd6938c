import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Metric } from './admin-source.js';
import { metricsText } from './metrics-text.js';

const one: Metric = { name: 'a_total', help: 'A', type: 'counter', value: 1 };

const cases: [rule: string, metrics: Metric[], expected: string][] = [
  ['is empty without metrics', [], ''],
  ['writes help, type and value', [one], '# HELP a_total A\n# TYPE a_total counter\na_total 1\n'],
  [
    'writes help and type once for all values of a name',
    [
      { ...one, labels: { reason: 'x' } },
      { ...one, value: 2, labels: { reason: 'y', size: 'z' } },
    ],
    '# HELP a_total A\n# TYPE a_total counter\n'
      + 'a_total{reason="x"} 1\na_total{reason="y",size="z"} 2\n',
  ],
  [
    'escapes help and labels',
    [{ name: 'g', help: 'a\\b\nc"d', type: 'gauge', value: 0, labels: { l: 'a\\b\nc"d' } }],
    '# HELP g a\\\\b\\nc"d\n# TYPE g gauge\ng{l="a\\\\b\\nc\\"d"} 0\n',
  ],
  [
    'writes what is no decimal as Prometheus does',
    [Infinity, -Infinity, Number.NaN, 1e21, 0.5].map((value) => ({ ...one, value })),
    '# HELP a_total A\n# TYPE a_total counter\n'
      + 'a_total +Inf\na_total -Inf\na_total NaN\na_total 1e+21\na_total 0.5\n',
  ],
];
for (const [rule, metrics, expected] of cases) {
  test(`metricsText() ${rule}`, () => {
    assert.equal(metricsText(metrics), expected);
  });
}

const bugs: [rule: string, metrics: Metric[]][] = [
  ['a name with a dash', [{ ...one, name: 'a-b' }]],
  ['a label with a dash', [{ ...one, labels: { 'a-b': '' } }]],
  ['values of one name apart', [one, { ...one, name: 'b_total' }, one]],
];
for (const [rule, metrics] of bugs) {
  test(`metricsText() takes ${rule} for our own bug`, () => {
    assert.throws(() => metricsText(metrics), assert.AssertionError);
  });
}

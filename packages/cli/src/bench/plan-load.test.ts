import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LoadFlags, type LoadMode, planLoad } from './plan-load.js';

const PLACE = { server: new URL('mqtt://h'), options: {}, run: 9, rampMs: 0 };
const plan = (mode: LoadMode, flags: LoadFlags = {}) => planLoad(mode, flags, PLACE);

test('planLoad() plans each kind of load', () => {
  const groups = (mode: LoadMode, flags: LoadFlags = {}) =>
    plan(mode, flags).groups.map(({ name, count, publish, subscribe }) => [
      name,
      count,
      publish.map(({ topic }) => topic).join(),
      subscribe.map(({ filter }) => filter).join(),
    ]);
  assert.deepEqual(groups('conn', { connections: '7' }), [['conn', 7, '', '']]);
  assert.deepEqual(groups('pub'), [['pub', 1, 'magpie-bench/9/{n}', '']]);
  assert.deepEqual(groups('sub', { topic: 'a/#' }), [['sub', 1, '', 'a/#']]);
  assert.deepEqual(groups('pair'), [
    ['sub', 10, '', 'magpie-bench/9/{n}'],
    ['pub', 10, 'magpie-bench/9/{n}', ''],
  ]);
  assert.deepEqual(groups('fan', { topic: 'a/{n}' }), [
    ['sub', 100, '', 'a/+'],
    ['pub', 1, 'a/{n}', ''],
  ]);
});

test('planLoad() shares a rate among the publishers, or keeps windows full', () => {
  const pace = (flags: LoadFlags) => plan('pub', flags).groups[0]?.publish[0]?.pace;
  assert.deepEqual(pace({ publishers: '10', rate: '100' }), { kind: 'rate', everyUs: 100_000 });
  assert.deepEqual(pace({ window: '5' }), { kind: 'window', window: 5, until: 'acknowledged' });
});

test('planLoad() opens connections over the ramp, and hears any run with sub', () => {
  const ramped = planLoad('conn', { connections: '50' }, { ...PLACE, rampMs: 5000 });
  assert.deepEqual([ramped.connectRate, ramped.run], [10, 9]);
  assert.equal(plan('sub').run, 0);
});

const wrong: [LoadMode, LoadFlags, RegExp][] = [
  ['pair', { topic: 'a' }, /^--topic must have \{n\} in it/],
  ['pub', { topic: 'a/#' }, /^--topic cannot be published to: /],
  ['sub', { topic: 'a#' }, /^--topic cannot be subscribed to: /],
  ['fan', { topic: 'a{n}' }, /^--topic cannot be subscribed to: /],
  ['pub', { rate: '1', window: '1' }, /^--rate and --window exclude each other/],
  ['pub', { rate: '0' }, /^--rate must be more than 0/],
  ['pub', { window: 'x' }, /^--window must be a whole number/],
  ['pub', { size: '10' }, /^--size must be a whole number from 24 /],
  ['pub', { qos: '3' }, /^--qos must be a whole number/],
  ['conn', { connections: '0' }, /^--connections must be a whole number from 1 /],
];
for (const [mode, flags, message] of wrong) {
  test(`planLoad() refuses ${mode} with ${JSON.stringify(flags)}`, () => {
    assert.throws(() => plan(mode, flags), { name: 'UsageError', message });
  });
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planOf, publishing } from '../load-plan.testing.js';
import { reportWords } from './report-words.js';
import { settingRows } from './settings.js';

const timing = { warmUpMs: 500, durationMs: 10_000, drainMs: 3000, intervalMs: 1000 };

test('settingRows() tells when devices come and go, and what they leave behind', () => {
  const plan = planOf([
    {
      name: 'a',
      count: 9,
      session: { clean: false, username: 'u', password: 'secret' },
      publish: [publishing('w', { pace: { kind: 'will' } })],
      leave: [
        { when: { after: [1, 2.5] }, away: [3, 3], how: 'clean', share: 0.3 },
        { when: { at: 7 }, away: [0, 1], how: 'abrupt', share: 1 },
      ],
    },
  ]);
  const [row] = settingRows(plan, timing, 1, reportWords('en'));
  assert.deepEqual(row, [
    'group a',
    '9 devices; persistent sessions; publish to w: QoS 1, 24 bytes, as a will; '
      + '30 % leave after 1–2.5 s, with DISCONNECT, for 3 s; '
      + '100 % leave at 7 s, abruptly, for 0–1 s',
  ]);
});

test('settingRows() tells what each group does, and how it was run', () => {
  const pace = { kind: 'rate', everyUs: 1500 } as const;
  const window = { kind: 'window', window: 3, until: 'arrived' } as const;
  const plan = planOf(
    [
      { name: 'sub', count: 2000, subscribe: [{ filter: 'a/#', qos: 1 }] },
      { name: 'pub', count: 1, publish: [publishing('a/{n}', { pace, retain: true })] },
      { name: 'two', count: 1, publish: [publishing('b', { pace: window }), publishing('c')] },
    ],
    { options: { username: 'me', password: 'secret' }, sources: ['10.0.0.1', '10.0.0.2'] },
  );
  assert.deepEqual(settingRows(plan, timing, 4, reportWords('en')), [
    ['group sub', '2,000 devices; subscribe to a/#: QoS 1'],
    ['group pub', '1 devices; publish to a/{n}: QoS 1, 24 bytes, each every 1.5 ms, retained'],
    [
      'group two',
      '1 devices; publish to b: QoS 1, 24 bytes, 3 of each under way; '
        + 'publish to c: QoS 1, 24 bytes, 1 of each not acknowledged',
    ],
    ['worker processes', '4'],
    ['connections begun per second', 'as many as go at once'],
    ['source addresses', '10.0.0.1, 10.0.0.2'],
    ['warm-up', '0.5 s'],
    ['measured', '10 s'],
    ['wait for the last ones', '3 s'],
    ['interval', '1 s'],
  ]);
});

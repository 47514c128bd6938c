import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latencySet, noCounts } from '../figures.js';
import { judge } from '../judge.js';
import { Latencies } from '../latencies.js';
import { planOf } from '../load-plan.testing.js';
import type { LoadResult } from '../load-result.js';
import { intervalOf, resultOf } from '../result.testing.js';
import { environmentOf } from './environment.js';
import { parsePage, rowsOf } from './page.testing.js';
import { reportPage } from './report-page.js';

const EVIL = `</script><img src=x onerror="alert(1)">&'`;
const plan = planOf([{ name: EVIL, count: 1, subscribe: [{ filter: `a/${EVIL}`, qos: 0 }] }], {
  options: { username: 'somebody', password: 'secret' },
});
const timing = { warmUpMs: 500, durationMs: 10_000, drainMs: 3000, intervalMs: 1000 };
const pageOf = (result: LoadResult, language: 'en' | 'zh' = 'en') =>
  reportPage(result, { plan, timing, environment: environmentOf('1.2.3'), language });

const times = Latencies.empty();
for (const us of [500, 1500, 2500, 90_000]) times.add(us);
const counts = { ...noCounts(), sent: 12_345, received: 12_344, sentBytes: 1e6 };
const result = resultOf({
  server: `mqtt://${EVIL}`,
  total: { ...counts, sent: 20_000, received: 19_999 },
  measured: counts,
  lost: 1,
  latencies: latencySet((name) => (name === 'deliver' ? times.summary() : undefined)),
  distribution: latencySet((name) =>
    name === 'deliver'
      ? [
          [0, 0.5],
          [100, 90],
        ]
      : [],
  ),
  intervals: [intervalOf('connect', 0), intervalOf('measure', 1, { counts })],
});
const judged = { ...result, remarks: judge(result, undefined) };

test('reportPage() is a page that needs nothing else, whatever stands in it', () => {
  const page = pageOf(judged);
  const elements = parsePage(page);
  const names = new Set(elements.map(({ name }) => name));
  for (const name of ['img', 'link', 'iframe', 'object', 'image', 'use', 'a']) {
    assert.ok(!names.has(name), name);
  }
  for (const { attributes } of elements) {
    for (const key of attributes.keys()) assert.doesNotMatch(key, /^(src|href|on.*)$/);
  }
  const scripts = elements.filter(({ name }) => name === 'script');
  assert.deepEqual(
    scripts.map(({ attributes }) => attributes.get('type')),
    ['application/json'],
  );
  assert.doesNotMatch(page, /url\(|@import|https?:/);
  assert.ok(!page.includes('secret') && !page.includes('somebody'));
  const policy = elements.find(({ attributes }) => attributes.has('http-equiv'))?.attributes;
  assert.match(policy?.get('content') ?? '', /^default-src 'none';/);
});

test('reportPage() tells what it is of, and what is to be known', () => {
  const elements = parsePage(pageOf(judged));
  const text = (name: string) => elements.find((one) => one.name === name)?.text ?? '';
  assert.equal(text('title'), `magpie bench pair – mqtt://${EVIL}`);
  assert.match(text('header'), /2020-01-01 00:00:00 UTC · measured 10\.0 s/);
  assert.equal(text('li'), '1 message did not arrive');
  const good = parsePage(pageOf(resultOf()));
  const verdict = good.find(({ attributes }) => attributes.get('class') === 'verdict good');
  assert.equal(verdict?.text, '✓ Nothing was lost, and the bench was not the bottleneck');
});

test('reportPage() has the figures of the result, in tables and as JSON', () => {
  const elements = parsePage(pageOf(judged));
  const rows = rowsOf(elements).map((row) => row.join('|'));
  assert.ok(rows.includes('sent|20,000|12,345|1,235'), rows.join('\n'));
  assert.ok(rows.includes('received|19,999|12,344|1,234'));
  assert.ok(rows.includes('lost|1||'));
  const { p50Ms, meanMs } = times.summary()!;
  assert.ok(
    rows.some((row) => row.startsWith(`to delivery|4|0.500|${meanMs.toFixed(1)}|${p50Ms}`)),
  );
  const json = elements.find(({ name }) => name === 'script')?.text ?? '';
  const { intervals: _, ...rest } = judged;
  assert.deepEqual(JSON.parse(json), JSON.parse(JSON.stringify(rest)));
});

test('reportPage() has a row for what was missed and for wills, where there are some', () => {
  const total = { ...counts, wills: 2, willsReceived: 1, departures: 3 };
  const rows = (language: 'en' | 'zh', some: LoadResult) =>
    rowsOf(parsePage(pageOf(some, language))).map((row) => row.join('|'));
  const going = resultOf({ total, missed: 7, uncertain: 5 });
  const english = rows('en', going);
  for (const row of ['missed while away|7||', 'uncertain|5||', 'wills due|2|0|0']) {
    assert.ok(english.includes(row), english.join('\n'));
  }
  assert.ok(rows('zh', going).includes('离线期间错过|7||'));
  assert.ok(!rows('en', result).some((row) => /missed|uncertain|wills/.test(row)));
});

test('reportPage() speaks Chinese, too', () => {
  const elements = parsePage(pageOf(judged, 'zh'));
  assert.equal(elements.find(({ name }) => name === 'html')?.attributes.get('lang'), 'zh');
  assert.equal(elements.find(({ name }) => name === 'li')?.text, '1 条消息没有到达');
  const titles = elements.filter(({ name }) => name === 'h2' || name === 'h3');
  assert.ok(titles.length >= 8);
  for (const { text } of titles) assert.match(text, /[\u4e00-\u9fff]/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pageOf, pageOfAll } from './paging.js';

const ALL = () => true;
const same = (entry: number) => entry;

test('pageOf() cuts a list into pages, and counts it', async () => {
  const list = [1, 2, 3, 4, 5];
  const page = (number: number) => pageOf(list, { page: number, limit: 2 }, ALL, same);
  const meta = { limit: 2, count: 5 };
  assert.deepEqual(await page(1), { data: [1, 2], meta: { ...meta, page: 1, hasnext: true } });
  assert.deepEqual(await page(3), { data: [5], meta: { ...meta, page: 3, hasnext: false } });
  assert.deepEqual(await page(4), { data: [], meta: { ...meta, page: 4, hasnext: false } });
});

test('pageOfAll() cuts a list into the same pages', async () => {
  const list = [1, 2, 3, 4, 5];
  for (const [page, limit] of [
    [1, 2],
    [2, 2],
    [3, 2],
    [4, 2],
    [1, 5],
    [2, 5],
    [1, 6],
  ] as const) {
    const wanted = { page, limit };
    const found = await pageOfAll(list, list.length, wanted, same);
    assert.deepEqual(found, await pageOf(list, wanted, ALL, same), JSON.stringify(wanted));
  }
  assert.deepEqual((await pageOfAll([], 0, { page: 1, limit: 1 }, same)).data, []);
});

test('pageOfAll() looks at nothing behind its page', async () => {
  let looked = 0;
  function* endless() {
    for (;;) yield looked++;
  }
  const { data, meta } = await pageOfAll(endless(), 1e9, { page: 3, limit: 2 }, same);
  assert.deepEqual([data, meta.hasnext, looked], [[4, 5], true, 6]);
});

test('pageOf() shows and counts only what is wanted', async () => {
  const { data, meta } = await pageOf(
    [1, 2, 3, 4],
    { page: 1, limit: 1 },
    (n) => n % 2 === 0,
    same,
  );
  assert.deepEqual([data, meta.count, meta.hasnext], [[2], 2, true]);
});

test('pageOf() makes rows of its page alone, and lets others work in between', async () => {
  let rows = 0;
  let turns = 0;
  let done = false;
  const each = () => {
    turns++;
    if (!done) setImmediate(each);
  };
  setImmediate(each);
  const list = Array.from({ length: 100_000 }, (_, at) => at);
  const page = await pageOf(list, { page: 999, limit: 100 }, ALL, (entry) => {
    rows++;
    return entry;
  });
  done = true;
  assert.equal(page.data[0], 99_800);
  assert.equal(rows, 100);
  assert.ok(turns >= 99, `${turns} turns of others`);
});

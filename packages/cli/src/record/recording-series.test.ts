import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { freshFolder } from '../fresh-folder.testing.js';
import {
  compareSeriesNames,
  nextInSeries,
  seriesBegunAtMs,
  seriesFiles,
  seriesName,
} from './recording-series.js';

const AT_MS = Date.UTC(2026, 0, 31, 8, 5, 9, 250);

const next: [path: string, last: string | undefined, next: string][] = [
  ['f/plant.rec', undefined, 'f/plant-20260131T080509Z-000001.rec'],
  ['plant', undefined, 'plant-20260131T080509Z-000001'],
  ['a-b.c.rec', undefined, 'a-b.c-20260131T080509Z-000001.rec'],
  ['p.rec', 'p-20260131T070509Z-000041.rec', 'p-20260131T080509Z-000042.rec'],
  // A clock that was set back.
  ['p.rec', 'p-20260131T090509Z-000041.rec', 'p-20260131T090509Z-000042.rec'],
  ['p.rec', 'p-20260131T080509Z-999999.rec', 'p-20260131T080509Z-1000000.rec'],
];
for (const [path, last, expected] of next) {
  test(`nextInSeries() of ${path} behind ${last ?? 'nothing'} is ${expected}`, () => {
    assert.equal(nextInSeries(path, last, AT_MS), expected);
    assert.equal(seriesName(basename(expected)).recording, basename(path));
  });
}

test('seriesBegunAtMs() is what stands in the name', () => {
  const path = nextInSeries('f/plant.rec', undefined, AT_MS);
  assert.equal(seriesBegunAtMs(path), Date.UTC(2026, 0, 31, 8, 5, 9));
});

test('compareSeriesNames() puts files of one recording in their order', () => {
  const sorted = [
    'a.rec',
    'a-20260131T080509Z-000001.rec',
    'a-20260131T080509Z-999999.rec',
    'a-20260131T080509Z-1000000.rec',
    'a-20260131T080510Z-1000001.rec',
    'a-b-20260101T000000Z-000001.rec',
    'b.rec',
  ];
  assert.deepEqual(sorted.toReversed().toSorted(compareSeriesNames).toSorted(compareSeriesNames), [
    'a-b-20260101T000000Z-000001.rec',
    ...sorted.slice(0, 5),
    'b.rec',
  ]);
});

test('seriesFiles() are those of this recording and no other', async (t) => {
  const folder = await freshFolder(t);
  const [first, second] = ['p-20260131T080509Z-000001.rec', 'p-20260131T080510Z-000002.rec'];
  const others = [
    'p.rec',
    'p.rec.part',
    'p-1.rec',
    'p-2-20260131T080509Z-000001.rec',
    'P-20260131T080509Z-000001.rec',
    'p-20260131T080509Z-000001.txt',
    'p-20260131T080509Z-000001',
    'p-20260131T080509Z-1.rec',
    'xp-20260131T080509Z-000001.rec',
    `${first}.rec`,
  ];
  for (const name of [second, first, ...others]) await writeFile(join(folder, name), '');
  await mkdir(join(folder, 'p-20260131T080511Z-000003.rec'));
  const files = await seriesFiles(join(folder, 'p.rec'));
  assert.deepEqual(files, [join(folder, first), join(folder, second)]);
});

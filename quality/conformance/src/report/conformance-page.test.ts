import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CHAPTERS } from '../suite/suite.js';

const page = readFileSync(new URL('../../../../docs/conformance.md', import.meta.url), 'utf8');
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) =>
    line
      .slice(2, -2)
      .split(' | ')
      .map((cell) => cell.trim()),
  );

test('docs/conformance.md shows the tests there are: see “To renew the tables” there', () => {
  for (const { name, tests } of CHAPTERS) {
    const row = rows.find((cells) => cells[1] === `\`${name}\``);
    assert.equal(row?.[2], `${tests.length}`, `Tests of the chapter ${name}`);
  }
});

test('docs/conformance.md shows that Magpie passes them all', () => {
  const total = CHAPTERS.reduce((sum, { tests }) => sum + tests.length, 0);
  const head = rows.find((cells) => cells[0] === 'chapter') ?? [];
  const all = rows.find((cells) => cells[0] === '**all**') ?? [];
  assert.equal(all[head.indexOf('Magpie')], `${total}`);
});

test('docs/conformance.md explains every test a broker fails', () => {
  assert.doesNotMatch(page, /Not yet explained/);
});

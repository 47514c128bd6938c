import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

/** Every test that SECURITY.md names is there: as `file` and then `its name`, or a part of it. */

const ROOT = new URL('../../../', import.meta.url);
const page = await readFile(new URL('SECURITY.md', ROOT), 'utf8');

interface Named {
  readonly line: string;
  readonly file: string;
  readonly name: string;
}

/** Rows of tables end with a cell that holds a path and a name, both as code. */
function namedTests(text: string): Named[] {
  const rows = text.split('\n').filter((line) => line.startsWith('|') && line.includes('.test.'));
  return rows.flatMap((line) => {
    const codes = line.split('`').filter((_, at) => at % 2 === 1);
    const named: Named[] = [];
    for (const [at, code] of codes.entries()) {
      if (code.endsWith('.test.ts') || code.endsWith('.test.mjs')) {
        named.push({ line, file: code, name: codes[at + 1] ?? '' });
      }
    }
    return named;
  });
}

const all = namedTests(page);

test('SECURITY.md names a test for each of some 40 vulnerabilities', () => {
  const rows = page.split('\n').filter((line) => line.startsWith('| CVE-'));
  assert.ok(rows.length >= 40, `there are ${rows.length}`);
  for (const row of rows) assert.ok(namedTests(row).length > 0, row);
  assert.equal(new Set(rows.map((row) => row.split('|')[1]?.trim())).size, rows.length);
});

for (const { file, name } of all) {
  test(`SECURITY.md is right about ${file}: ${name}`, async () => {
    const source = await readFile(new URL(file, ROOT), 'utf8');
    assert.notEqual(name, '');
    assert.ok(source.includes(name), `no test there has '${name}' in its name`);
  });
}

// needs: paho-c
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { compileLoadgen, fingerprint } from './compile-loadgen.js';

test('compileLoadgen() compiles once for one source', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'magpie-bench-'));
  try {
    const first = await compileLoadgen(folder);
    const { mtimeMs } = await stat(first);
    assert.equal(await compileLoadgen(folder), first);
    assert.equal((await stat(first)).mtimeMs, mtimeMs);
    assert.equal((await readdir(folder)).length, 1);
  } finally {
    await rm(folder, { recursive: true });
  }
});

const different: [string[], string[]][] = [
  [['a'], ['b']],
  [
    ['a', 'b'],
    ['ab', ''],
  ],
  [
    ['a', 'b'],
    ['b', 'a'],
  ],
];
for (const [one, other] of different) {
  test(`fingerprint() tells ${JSON.stringify(one)} from ${JSON.stringify(other)}`, () => {
    assert.notEqual(fingerprint(one), fingerprint(other));
    assert.equal(fingerprint(one), fingerprint([...one]));
  });
}

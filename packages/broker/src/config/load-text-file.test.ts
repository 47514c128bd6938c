import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadTextFile } from './load-text-file.js';

const cases: [what: string, content: string | Buffer, expected: object][] = [
  ['text', 'hällo\n', { text: 'hällo\n' }],
  ['text behind a byte order mark', '\ufeffa', { text: 'a' }],
  ['an empty file', '', { text: '' }],
  ['bytes that are no text', Buffer.from([0xff]), { problem: 'it is not UTF-8 text' }],
  ['too much', 'x'.repeat(101), { problem: 'it has 101 bytes, at most 100 are read' }],
];
for (const [what, content, expected] of cases) {
  test(`loadTextFile() reads ${what}`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'magpie-text-'));
    t.after(() => rm(folder, { recursive: true }));
    const path = join(folder, 'file');
    await writeFile(path, content);
    assert.deepEqual(await loadTextFile(path, 100), expected);
  });
}

test('loadTextFile() says what is in the way', async () => {
  const none = join(tmpdir(), 'magpie-none', 'file');
  assert.deepEqual(await loadTextFile(none, 100), { problem: 'there is no such file' });
  assert.deepEqual(await loadTextFile(tmpdir(), 100), { problem: 'it is a folder' });
});

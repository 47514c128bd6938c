import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textLines } from './text-lines.js';

async function linesOf(...chunks: readonly (string | Buffer)[]): Promise<string[]> {
  async function* source(): AsyncGenerator<Buffer> {
    for (const chunk of chunks) yield Buffer.from(chunk);
  }
  const lines: string[] = [];
  for await (const line of textLines(source())) lines.push(line);
  return lines;
}

test('textLines() finds the same lines however the text is cut', async () => {
  const bytes = Buffer.from('one\n\nträy 名\nlast');
  for (let cut = 0; cut <= bytes.length; cut++) {
    const lines = await linesOf(bytes.subarray(0, cut), bytes.subarray(cut));
    assert.deepEqual(lines, ['one', '', 'träy 名', 'last'], `cut at ${cut}`);
  }
});

test('textLines() ends with the last newline', async () => {
  assert.deepEqual(await linesOf('a\n'), ['a']);
  assert.deepEqual(await linesOf(), []);
});

test('textLines() names a line that is not UTF-8', async () => {
  await assert.rejects(linesOf('a\n', Buffer.of(0xff, 10)), /^Error: Line 2: it is not UTF-8$/);
});

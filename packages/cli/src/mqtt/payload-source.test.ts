import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { linesOf, wholeOf } from './payload-source.js';

test('linesOf() gives the same lines however the bytes are cut', async () => {
  const pieces = fc.array(fc.stringMatching(/^[ab\n\r]{0,6}$/), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(pieces, async (chunks) => {
      const lines = (await gather(linesOf(bytesOf(chunks)))).flat();
      const wanted = chunks.join('').split('\n');
      if (wanted.at(-1) === '') wanted.pop();
      assert.deepEqual(
        lines.map((line) => Buffer.from(line).toString()),
        wanted,
      );
    }),
  );
});

test('wholeOf() gives all bytes as one payload', async () => {
  assert.equal(Buffer.from(await wholeOf(bytesOf(['a\n', 'b']))).toString(), 'a\nb');
});

async function* bytesOf(texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

async function gather<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of source) all.push(one);
  return all;
}

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import {
  edit,
  message,
  messagesIn,
  partsIn,
  randomBlocks,
  recordingOf,
} from './recordings.testing.js';
import type { RecordedMessage } from './recorded-message.js';

const plain = (messages: readonly RecordedMessage[]) =>
  messages.map((one) => ({ ...one, payload: Buffer.from(one.payload).toString('hex') }));

for (let seed = 1; seed <= 40; seed++) {
  test(`readRecording() reads what RecordingWriter has written, seed ${seed}`, async (t) => {
    const blocks = randomBlocks(seed, seed % 7);
    const path = await recordingOf(t, blocks, { compress: seed % 2 === 0 });
    assert.deepEqual(plain(await messagesIn(path)), plain(blocks.flat()));
    assert.ok((await partsIn(path)).every(({ type }) => type === 'block'));
  });
}

/**
 * Goal: a crash costs what was not whole, and nothing else.
 * Method: the file is cut at every byte; blocks before the cut come, and nothing invented.
 */
test('readRecording() of a file cut anywhere has every block that is whole', async (t) => {
  for (const compress of [false, true]) {
    const blocks = randomBlocks(5, 4);
    const path = await recordingOf(t, blocks, { compress });
    const parts = await partsIn(path);
    const bytes = await readFile(path);
    for (let size = 24; size < bytes.length; size++) {
      await writeFile(path, bytes.subarray(0, size));
      const whole = parts.filter(({ to }) => to <= size).length;
      const found = await partsIn(path);
      const end = parts[whole - 1]?.to ?? 24;
      assert.deepEqual(
        found.map(({ type, from, to }) => [type, from, to]),
        [
          ...parts.slice(0, whole).map(({ from, to }) => ['block', from, to]),
          ...(size > end ? [['torn', end, size]] : []),
        ],
        `cut at ${size}`,
      );
    }
  }
});

/**
 * Goal: damage in the middle costs its block, is told with its place, and never yields a message
 * that was not recorded. Method: every bit is flipped, one at a time.
 */
test('readRecording() passes over every flipped bit, and says where it is', async (t) => {
  for (const compress of [false, true]) {
    const blocks = randomBlocks(14, 3);
    const path = await recordingOf(t, blocks, { compress });
    const parts = await partsIn(path);
    const bytes = await readFile(path);
    for (let bit = 24 * 8; bit < bytes.length * 8; bit += 1 + (bit % 5)) {
      const at = bit >> 3;
      const damaged = Buffer.from(bytes);
      damaged[at]! ^= 1 << (bit & 7);
      await writeFile(path, damaged);
      const hit = parts.findIndex(({ to }) => at < to);
      const { from, to } = parts[hit]!;
      const found = await partsIn(path);
      const rest = plain(blocks.filter((_, index) => index !== hit).flat());
      const read = found.flatMap((part) => (part.type === 'block' ? part.messages : []));
      assert.deepEqual(plain(read), rest, `bit ${bit}`);
      const told = found.filter(({ type }) => type !== 'block');
      assert.deepEqual(
        told.map((part) => [part.from, part.to]),
        [[from, to]],
        `bit ${bit}`,
      );
      // The header of the last block may as well be of one that was never written.
      if (hit < parts.length - 1) assert.equal(told[0]?.type, 'damage', `bit ${bit}`);
    }
  }
});

test('readRecording() finds the next block behind bytes that were lost or put in', async (t) => {
  const blocks = [1, 2, 3].map((n) => [message({ text: `message ${n}`.repeat(30), atUs: n })]);
  for (const change of [
    (bytes: Buffer, at: number) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 5)]),
    (bytes: Buffer, at: number) =>
      Buffer.concat([bytes.subarray(0, at), Buffer.from('MBLK MBLK'), bytes.subarray(at)]),
  ]) {
    for (const offset of [2, 50]) {
      const path = await recordingOf(t, blocks, { compress: false });
      const second = (await partsIn(path))[1]!;
      await edit(path, (bytes) => change(bytes, second.from + offset));
      const parts = await partsIn(path);
      assert.deepEqual(
        parts.map(({ type }) => type),
        ['block', 'damage', 'block'],
      );
      assert.deepEqual(plain(await messagesIn(path)), plain([blocks[0]!, blocks[2]!].flat()));
    }
  }
});

test('readRecording() does not take a recording within a payload for blocks', async (t) => {
  const inner = await readFile(await recordingOf(t, [[message({ text: 'inside' })]]));
  const path = await recordingOf(t, [[message({ payload: inner })], [message({ text: 'last' })]], {
    compress: false,
  });
  const parts = await partsIn(path);
  await edit(path, (bytes) => {
    bytes[parts[0]!.to - 1]! ^= 1;
    return bytes;
  });
  assert.deepEqual(
    (await messagesIn(path)).map(({ payload }) => Buffer.from(payload).toString()),
    ['last'],
  );
});

test('readRecording() refuses what is no recording, and what cannot be read', async (t) => {
  const path = await recordingOf(t, []);
  await writeFile(path, 'some text that is long enough');
  await assert.rejects(partsIn(path), {
    name: 'CommandFailure',
    message: `${path} is no recording: it does not begin as one`,
  });
  await assert.rejects(partsIn(`${path}.none`), {
    name: 'UsageError',
    message: `${path}.none cannot be read: ENOENT`,
  });
});

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { QoS } from '@magpie/protocol';
import { freshFolder } from '../fresh-folder.testing.js';
import { readRecording, type RecordingPart } from './read-recording.js';
import type { RecordedMessage } from './recorded-message.js';
import { RecordingWriter } from './recording-writer.js';

/** A message; what is not said is `on` to `a`, at QoS 0, a second behind 1970. */
export function message(fields: Partial<RecordedMessage> & { readonly text?: string } = {}) {
  const { text = 'on', ...rest } = fields;
  const plain = { topic: 'a', qos: 0, retain: false, dup: false, atUs: 1_000_000 } as const;
  return { ...plain, payload: Buffer.from(text), ...rest } satisfies RecordedMessage;
}

/** Numbers from 0 to 1 that a seed decides. */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Messages of every kind, in blocks. */
export function randomBlocks(seed: number, blocks: number): RecordedMessage[][] {
  const random = randomOf(seed);
  const below = (end: number) => Math.floor(random() * end);
  let atUs = 1_700_000_000_000_000 + below(1e9);
  return Array.from({ length: blocks }, () =>
    Array.from({ length: 1 + below(6) }, () => {
      atUs += below(10 ** below(10));
      const payload = Buffer.from(Array.from({ length: below(2 ** below(9)) }, () => below(256)));
      return {
        atUs,
        topic: ['a', 'a/b', 'größe/°C', `x/${below(1000)}`, '/', 'y'.repeat(300)][below(6)]!,
        payload: random() < 0.5 ? payload : Buffer.alloc(below(700), 'abc'),
        qos: below(3) as QoS,
        retain: random() < 0.3,
        dup: random() < 0.3,
      };
    }),
  );
}

/** A recording with these blocks. @returns Its path. */
export async function recordingOf(
  t: TestContext,
  blocks: readonly (readonly RecordedMessage[])[],
  { compress = true } = {},
): Promise<string> {
  const path = join(await freshFolder(t), 'test.rec');
  await using writer = await RecordingWriter.create(path, {
    compress,
    sync: 'os',
    overwrite: false,
  });
  for (const block of blocks) {
    for (const one of block) writer.add(one);
    await writer.write();
  }
  return path;
}

export async function partsIn(path: string): Promise<RecordingPart[]> {
  const parts: RecordingPart[] = [];
  for await (const part of readRecording(path)) parts.push(part);
  return parts;
}

/** The messages of all blocks that are whole. */
export async function messagesIn(path: string): Promise<RecordedMessage[]> {
  const parts = await partsIn(path);
  return parts.flatMap((part) => (part.type === 'block' ? part.messages : []));
}

/** Changes the bytes of a file. */
export async function edit(path: string, change: (bytes: Buffer) => Buffer): Promise<void> {
  await writeFile(path, change(await readFile(path)));
}

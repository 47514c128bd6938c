import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { StoredPublication } from '../outbox.js';
import { testOutbox } from '../outbox.testing.js';
import { FileOutbox } from './file-outbox.js';

const folder = await mkdtemp(join(tmpdir(), 'magpie-outbox-'));
after(() => rm(folder, { recursive: true }));
let paths = 0;
const freshPath = () => join(folder, `outbox-${++paths}`);

let current = '';
testOutbox('FileOutbox', {
  open: () => FileOutbox.open((current = freshPath())),
  async reopen(outbox) {
    await outbox[Symbol.asyncDispose]();
    return FileOutbox.open(current);
  },
});

function publication(sequence: number, bytes = 1): StoredPublication {
  const payload = new Uint8Array(bytes).fill(sequence);
  return { sequence, topic: 't', payload, qos: 1, retain: false, released: false };
}

/** The sequence numbers in a file that nobody has open. */
async function sequencesIn(path: string): Promise<number[]> {
  await using outbox = await FileOutbox.open(path);
  const { publications } = await outbox.load();
  return publications.map(({ sequence }) => sequence);
}

async function filled(...sequences: number[]): Promise<string> {
  const path = freshPath();
  await using outbox = await FileOutbox.open(path);
  for (const sequence of sequences) {
    outbox.put(publication(sequence));
    await outbox.flush();
  }
  return path;
}

test('FileOutbox loses nothing but the last frame, wherever the file is cut', async () => {
  const path = await filled(1, 2, 3);
  const whole = await readFile(path);
  const header = 16;
  const frame = (whole.length - header) / 3;
  for (let length = 0; length <= whole.length; length++) {
    await writeFile(path, whole.subarray(0, length));
    const frames = Math.max(0, Math.floor((length - header) / frame));
    assert.deepEqual(await sequencesIn(path), [1, 2, 3].slice(0, frames), `cut at ${length}`);
  }
});

test('FileOutbox goes on behind what is whole after a torn frame', async () => {
  const path = await filled(1, 2);
  await truncate(path, (await stat(path)).size - 1);
  {
    await using outbox = await FileOutbox.open(path);
    outbox.put(publication(3));
    await outbox.flush();
  }
  assert.deepEqual(await sequencesIn(path), [1, 3]);
});

test('FileOutbox takes a last frame with wrong bytes for torn', async () => {
  const path = await filled(1, 2);
  const whole = await readFile(path);
  whole[whole.length - 1]! ^= 1;
  await writeFile(path, whole);
  assert.deepEqual(await sequencesIn(path), [1]);
});

test('FileOutbox refuses a file that is damaged in the middle, and leaves it', async () => {
  const path = await filled(1, 2);
  const whole = await readFile(path);
  whole[30]! ^= 1;
  await writeFile(path, whole);
  await assert.rejects(FileOutbox.open(path), {
    message: `${path} is damaged at byte 16: restore it, or move it away`,
  });
  assert.deepEqual(await readFile(path), whole);
});

test('FileOutbox refuses a file that is no outbox, and leaves it as it is', async () => {
  const path = freshPath();
  await appendFile(path, 'something else of more bytes than a header');
  await assert.rejects(FileOutbox.open(path), /is no outbox, or one of another version/);
  assert.equal(await readFile(path, 'utf8'), 'something else of more bytes than a header');
});

test('FileOutbox refuses a file that is in use, and takes it again afterwards', async () => {
  const path = await filled(1);
  const first = await FileOutbox.open(path);
  await assert.rejects(FileOutbox.open(path), {
    message: `${path} is in use by another client: give each its own file`,
  });
  await first[Symbol.asyncDispose]();
  assert.deepEqual(await sequencesIn(path), [1]);
});

test('FileOutbox tells what the system says of a folder that is not there', async () => {
  await assert.rejects(FileOutbox.open(join(folder, 'none', 'outbox')), { code: /ENOENT|EACCES/ });
});

test('FileOutbox writes its file anew when most of it is done, and loses nothing', async () => {
  const path = freshPath();
  {
    await using outbox = await FileOutbox.open(path);
    outbox.put(publication(0, 100));
    for (let sequence = 1; sequence <= 60; sequence++) {
      outbox.put(publication(sequence, 100_000));
      await outbox.flush();
      outbox.remove(sequence);
    }
    outbox.addReceived(7);
    await outbox.flush();
    assert.ok((await stat(path)).size < 2_500_000);
    outbox.put(publication(61, 10));
    await outbox.flush();
  }
  await using outbox = await FileOutbox.open(path);
  const { publications, received } = await outbox.load();
  assert.deepEqual(
    publications.map(({ sequence, payload }) => [sequence, payload.length]),
    [
      [0, 100],
      [61, 10],
    ],
  );
  assert.deepEqual(received, [7]);
});

test('FileOutbox does not write what was not flushed', async () => {
  const path = await filled(1);
  {
    await using outbox = await FileOutbox.open(path);
    outbox.put(publication(2));
  }
  assert.deepEqual(await sequencesIn(path), [1]);
});

import assert from 'node:assert/strict';
import { appendFile, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { freshFolder } from '../fresh-folder.testing.js';
import { message, messagesIn, partsIn, recordingOf } from './recordings.testing.js';
import { RecordingWriter } from './recording-writer.js';

const options = { compress: true, sync: 'always' } as const;
const texts = async (path: string) =>
  (await messagesIn(path)).map(({ payload }) => Buffer.from(payload).toString());

test('RecordingWriter does not overwrite unless it is told to', async (t) => {
  const path = await recordingOf(t, [[message({ text: 'old' })]]);
  await assert.rejects(RecordingWriter.create(path, { ...options, overwrite: false }), {
    name: 'UsageError',
    message: `${path} is there already: give --append, --force or another name`,
  });
  await using writer = await RecordingWriter.create(path, { ...options, overwrite: true });
  writer.add(message({ text: 'new' }));
  await writer.write();
  assert.deepEqual(await texts(path), ['new']);
});

test('RecordingWriter goes on behind the last whole block, also after a crash', async (t) => {
  const blocks = [[message({ text: 'one' })], [message({ text: 'two' })]];
  const path = await recordingOf(t, blocks);
  const { size } = await stat(path);
  await truncate(path, size - 1);
  const first = (await partsIn(path))[0]!;
  await using writer = await RecordingWriter.append(path, options);
  assert.equal(writer.cutBytes, size - 1 - first.to);
  assert.equal(writer.bytes, first.to);
  writer.add(message({ text: 'three' }));
  await writer.write();
  assert.deepEqual(await texts(path), ['one', 'three']);
  assert.equal((await stat(path)).size, writer.bytes);
});

test('RecordingWriter goes on behind damage', async (t) => {
  const path = await recordingOf(t, [[message({ text: 'one' })], [message({ text: 'two' })]]);
  const bytes = await readFile(path);
  bytes[30]! ^= 1;
  await writeFile(path, bytes);
  await using writer = await RecordingWriter.append(path, options);
  assert.equal(writer.cutBytes, 0);
  writer.add(message({ text: 'three' }));
  await writer.write();
  assert.deepEqual(await texts(path), ['two', 'three']);
});

for (const there of ['nothing', 'an empty file'] as const) {
  test(`RecordingWriter.append() begins a recording where there is ${there}`, async (t) => {
    const path = join(await freshFolder(t), 'new.rec');
    if (there === 'an empty file') await appendFile(path, '');
    await using writer = await RecordingWriter.append(path, options);
    writer.add(message({ text: 'first' }));
    await writer.write();
    assert.deepEqual(await texts(path), ['first']);
  });
}

test('RecordingWriter.append() leaves a file alone that is no recording', async (t) => {
  const path = join(await freshFolder(t), 'letter.txt');
  await writeFile(path, 'Dear reader, this is no recording');
  await assert.rejects(RecordingWriter.append(path, options), { name: 'CommandFailure' });
  assert.equal(await readFile(path, 'utf8'), 'Dear reader, this is no recording');
});

test('RecordingWriter says that the disk is full', async () => {
  const full = RecordingWriter.create('/dev/full', { ...options, overwrite: true });
  await assert.rejects(full, {
    name: 'CommandFailure',
    message: 'Recording to /dev/full ends: the disk is full (ENOSPC)',
  });
});

test('RecordingWriter refuses a folder that is not there', async (t) => {
  const path = join(await freshFolder(t), 'none', 'a.rec');
  for (const open of [
    () => RecordingWriter.create(path, { ...options, overwrite: true }),
    () => RecordingWriter.append(path, options),
  ]) {
    await assert.rejects(open, {
      name: 'UsageError',
      message: `${path} cannot be opened for writing (ENOENT)`,
    });
  }
});

test('RecordingWriter counts what it will have written', async (t) => {
  const path = join(await freshFolder(t), 'a.rec');
  await using writer = await RecordingWriter.create(path, {
    compress: false,
    sync: 'os',
    overwrite: false,
  });
  for (let n = 0; n < 3; n++) writer.add(message({ text: 'x'.repeat(500) }));
  const expected = writer.bytes;
  const writing = writer.write();
  assert.equal(writer.bytes, expected);
  assert.equal(writer.pending, 0);
  await writing;
  assert.equal(writer.bytes, expected);
  assert.equal((await stat(path)).size, expected);
});

import assert from 'node:assert/strict';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ReceivedMessage } from '@magpie/client';
import { freshFolder } from '../fresh-folder.testing.js';
import { Ending } from '../mqtt/ending.js';
import { arrival, type ArrivalFields } from '../mqtt/message.testing.js';
import { Recorder, type RecorderLimits } from './recorder.js';
import { messagesIn, partsIn } from './recordings.testing.js';
import { RecordingWriter, type SyncMode } from './recording-writer.js';

const received = (fields: ArrivalFields): ReceivedMessage => arrival(fields).message;

async function start(t: TestContext, limits: Partial<RecorderLimits> = {}, sync: SyncMode = 'os') {
  const path = join(await freshFolder(t), 'a.rec');
  const options = { compress: false, sync, overwrite: false };
  const writer = await RecordingWriter.create(path, options);
  t.after(() => writer[Symbol.asyncDispose]());
  const ending = new Ending(new AbortController().signal, undefined);
  const all = {
    flushMs: 60_000,
    syncMs: undefined,
    countMax: Infinity,
    bytesMax: Infinity,
    ...limits,
  };
  return { path, ending, writer, recorder: new Recorder(writer, ending, all) };
}

test('Recorder is done with QoS 1 and 2 when they are written, a turn together', async (t) => {
  const { path, recorder } = await start(t);
  const done = [1, 2, 1].map((qos) => recorder.take(received({ qos: qos as 1 | 2 })));
  assert.equal(recorder.take(received({ qos: 0 })), undefined);
  assert.ok(done.every((one) => one instanceof Promise));
  await Promise.all(done);
  assert.equal((await messagesIn(path)).length, 4);
  assert.equal((await partsIn(path)).length, 1);
});

test('Recorder writes what came while it wrote as the next block', async (t) => {
  const { path, recorder, writer } = await start(t);
  const first = recorder.take(received({ qos: 1 }));
  while (writer.pending > 0) await nextTurn();
  const later = [recorder.take(received({ qos: 1 })), recorder.take(received({ qos: 1 }))];
  await Promise.all([first, ...later]);
  const counts = (await partsIn(path)).map((part) => part.type === 'block' && part.messages.length);
  assert.deepEqual(counts, [1, 2]);
});

test('Recorder writes QoS 0 after flushMs, or when it is much, or at the end', async (t) => {
  const soon = await start(t, { flushMs: 1 });
  void soon.recorder.take(received({}));
  while ((await messagesIn(soon.path)).length === 0) await nextTurn();
  const much = await start(t);
  assert.equal(much.recorder.take(received({ payload: new Uint8Array(60_000) })), undefined);
  await much.recorder.take(received({ payload: new Uint8Array(60_000) }));
  assert.equal((await messagesIn(much.path)).length, 2);
  void much.recorder.take(received({}));
  await much.recorder.finish();
  assert.equal((await messagesIn(much.path)).length, 3);
});

/** Goal: what is promised by each mode is so when the acknowledgement leaves. */
const modes: [mode: SyncMode, syncMs: number | undefined, syncs: number, waits: boolean][] = [
  ['always', undefined, 1, true],
  ['interval', 1, 1, false],
  ['os', undefined, 0, false],
];
for (const [mode, syncMs, syncs, waits] of modes) {
  const what = waits ? 'waits for the disk' : 'does not wait for the disk';
  test(`Recorder ${what} with a message of QoS 1 that is synced ${mode}`, async (t) => {
    const { recorder, path } = await start(t, { syncMs }, mode);
    const disk = await slowDisk(t, path);
    let isDone = false;
    const done = Promise.resolve(recorder.take(received({ qos: 1 }))).then(() => {
      isDone = true;
    });
    while ((await messagesIn(path)).length === 0) await nextTurn();
    if (waits) {
      while (disk.syncs === 0) await nextTurn();
      await nextTurn();
      assert.equal(isDone, false);
    } else {
      await done;
      if (syncs > 0) while (disk.syncs === 0) await nextTurn();
    }
    assert.equal(disk.syncs, syncs);
    disk.goOn();
    await done;
    await recorder.finish();
    assert.equal(disk.syncs, syncs);
  });
}

test('Recorder syncs at its end what waits for the interval', async (t) => {
  const { recorder, path } = await start(t, { syncMs: 60_000 }, 'interval');
  const disk = await slowDisk(t, path);
  await recorder.take(received({ qos: 1 }));
  assert.equal(disk.syncs, 0);
  disk.goOn();
  await recorder.finish();
  assert.equal(disk.syncs, 1);
});

test('Recorder ends when the disk does not take what was written', async (t) => {
  const { recorder, path, ending } = await start(t, { syncMs: 1 }, 'interval');
  const disk = await slowDisk(t, path);
  await recorder.take(received({ qos: 1 }));
  while (disk.syncs === 0) await nextTurn();
  disk.fail();
  await assert.rejects(ending.reached, {
    name: 'CommandFailure',
    message: `Recording to ${path} ends: what was written may not be on the disk (EIO)`,
  });
  await recorder.finish();
});

/** Syncs of all files wait until they are told how it ends. */
async function slowDisk(t: TestContext, path: string) {
  await using probe = await open(path);
  const handle = Object.getPrototypeOf(probe) as typeof probe;
  let end: (error?: Error) => void = () => {};
  const ended = new Promise<void>((resolve, reject) => {
    end = (error) => (error === undefined ? resolve() : reject(error));
  });
  const disk = {
    syncs: 0,
    goOn: () => end(),
    fail: () => end(Object.assign(new Error('disk'), { code: 'EIO' })),
  };
  t.mock.method(handle, 'datasync', () => {
    disk.syncs++;
    return ended;
  });
  return disk;
}

test('Recorder ends after countMax messages, when they are written', async (t) => {
  const { path, recorder, ending } = await start(t, { countMax: 2 });
  void recorder.take(received({}));
  void recorder.take(received({}));
  assert.equal(ending.isReached, true);
  assert.equal(await ending.reached, 0);
  assert.equal((await messagesIn(path)).length, 2);
});

test('Recorder ends before the file is larger than bytesMax', async (t) => {
  const { path, recorder, ending, writer } = await start(t, { bytesMax: 500 });
  const payload = new Uint8Array(100);
  while (!ending.isReached) void recorder.take(received({ payload, qos: 1 }));
  await recorder.finish();
  assert.equal(await ending.reached, 0);
  assert.equal((await messagesIn(path)).length, 3);
  assert.ok(writer.bytes <= 500);
});

test('Recorder acknowledges nothing that cannot be written', async () => {
  const writer = await RecordingWriter.create('/dev/null', {
    compress: false,
    sync: 'os',
    overwrite: true,
  });
  const ending = new Ending(new AbortController().signal, undefined);
  const limits = { flushMs: 60_000, syncMs: undefined, countMax: Infinity, bytesMax: Infinity };
  const recorder = new Recorder(writer, ending, limits);
  // A file that is closed cannot be written.
  await writer[Symbol.asyncDispose]();
  let acknowledged = 0;
  for (let n = 0; n < 3; n++) {
    void Promise.resolve(recorder.take(received({ qos: 1 }))).then(() => acknowledged++);
  }
  await assert.rejects(ending.reached, { name: 'CommandFailure' });
  await recorder.finish();
  await nextTurn();
  assert.equal(acknowledged, 0);
});

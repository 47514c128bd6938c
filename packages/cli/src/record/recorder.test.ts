import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ReceivedMessage } from '@magpie/client';
import { freshFolder } from '../fresh-folder.testing.js';
import { Ending } from '../mqtt/ending.js';
import { arrival, type ArrivalFields } from '../mqtt/message.testing.js';
import { Recorder, type RecorderLimits } from './recorder.js';
import { messagesIn, partsIn } from './recordings.testing.js';
import { RecordingWriter } from './recording-writer.js';

const received = (fields: ArrivalFields): ReceivedMessage => arrival(fields).message;

async function start(t: TestContext, limits: Partial<RecorderLimits> = {}) {
  const path = join(await freshFolder(t), 'a.rec');
  const options = { compress: false, sync: false, overwrite: false };
  const writer = await RecordingWriter.create(path, options);
  t.after(() => writer[Symbol.asyncDispose]());
  const ending = new Ending(new AbortController().signal, undefined);
  const all = { flushMs: 60_000, countMax: Infinity, bytesMax: Infinity, ...limits };
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
    sync: false,
    overwrite: true,
  });
  const ending = new Ending(new AbortController().signal, undefined);
  const limits = { flushMs: 60_000, countMax: Infinity, bytesMax: Infinity };
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

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SystemClock } from '../model/clock.js';
import { loadInThread, type Pieces, ThreadEnded } from './load-in-thread.js';

/** @param code What `pieces` does. */
function work(code: string, memoryMiBMax = 64) {
  const module = new URL(
    `data:text/javascript,${encodeURIComponent(`export function* pieces(data) { ${code} }`)}`,
  );
  return { module, data: [1, 2], timeMsMax: 60_000, memoryMiBMax };
}

function load(what: ReturnType<typeof work>, signal = new AbortController().signal) {
  return loadInThread(what, new SystemClock(), signal);
}

function allOf(pieces: Pieces): unknown[] {
  const all: unknown[] = [];
  for (let piece = pieces.next(); piece !== undefined; piece = pieces.next()) all.push(piece);
  return all;
}

test('loadInThread() gives what the thread makes, piece by piece', async () => {
  assert.deepEqual(allOf(await load(work('for (const one of data) yield { one };'))), [
    { one: 1 },
    { one: 2 },
  ]);
});

test('loadInThread() throws what the thread throws', async () => {
  await assert.rejects(load(work('throw new TypeError("so")')), { name: 'TypeError' });
});

test('loadInThread() says so if the thread takes too much memory', async () => {
  const hog = 'const all = []; for (;;) all.push(new Array(1_000_000).fill(0));';
  const message = 'it takes more than 16 MiB of memory';
  await assert.rejects(load(work(hog, 16)), { name: 'ThreadEnded', message });
});

test('loadInThread() ends a thread that nobody waits for', async () => {
  const end = new AbortController();
  const never = load(work('for (;;);'), end.signal);
  end.abort();
  await assert.rejects(never, ThreadEnded);
  await assert.rejects(load(work(''), end.signal), ThreadEnded);
});

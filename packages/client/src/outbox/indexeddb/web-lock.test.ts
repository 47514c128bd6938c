import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WebLock } from './web-lock.js';
import { FakeLocks } from './web-storage.testing.js';

test('WebLock is of one at a time, and who waits gets it next', async () => {
  const locks = new FakeLocks();
  const first = await WebLock.acquire(locks, 'a');
  const other = await WebLock.acquire(locks, 'b');
  let got = false;
  const second = WebLock.acquire(locks, 'a').then((lock) => {
    got = true;
    return lock;
  });
  await other.release();
  assert.equal(got, false);
  await first.release();
  await (await second).release();
});

test('WebLock.acquire() rejects when its signal is aborted', async () => {
  const locks = new FakeLocks();
  await WebLock.acquire(locks, 'a');
  const abort = new AbortController();
  const waiting = WebLock.acquire(locks, 'a', abort.signal);
  abort.abort(new Error('enough'));
  await assert.rejects(waiting, /enough/);
});

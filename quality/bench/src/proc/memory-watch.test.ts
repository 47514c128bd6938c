import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MemoryWatch } from './memory-watch.js';

test('MemoryWatch sees memory that a process takes', async () => {
  const watch = new MemoryWatch(process.pid);
  const before = watch.mostBytes;
  assert.ok(before > 0);
  const taken = Buffer.alloc(64 * 1024 * 1024, 1);
  while (watch.mostBytes < before + taken.length / 2) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  watch.end();
});

test('MemoryWatch of a process that has gone sees nothing', () => {
  assert.equal(new MemoryWatch(2 ** 30).mostBytes, 0);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SystemLoad } from './system-load.js';

test('SystemLoad tells of a machine that has room', () => {
  const load = new SystemLoad();
  const { eventLoopDelayMs, memoryPercent } = load.sample();
  const { heapUsed } = process.memoryUsage();
  assert.ok(Math.abs(load.heapBytes() - heapUsed) < 16 * 1024 * 1024);
  load.close();
  assert.ok(eventLoopDelayMs >= 0);
  assert.ok(memoryPercent > 0 && memoryPercent < 100, `${memoryPercent} %`);
  assert.ok(load.fileDescriptors > 0);
});

test('SystemLoad.sample() sees an event loop that stands still', async () => {
  const load = new SystemLoad();
  try {
    // Again, since the first delay may be over before anybody measures.
    for (let endMs = 0; load.sample().eventLoopDelayMs < 100; endMs = performance.now() + 150) {
      while (performance.now() < endMs) {
        // Nobody else has a turn.
      }
      await turn();
    }
  } finally {
    load.close();
  }
});

async function turn(): Promise<void> {
  await new Promise(setImmediate);
}

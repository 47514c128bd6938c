import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SystemLoad } from './system-load.js';

test('SystemLoad tells of a machine that has room', () => {
  const load = new SystemLoad();
  const { eventLoopDelayMs, memoryPercent } = load.sample();
  load.close();
  assert.ok(eventLoopDelayMs >= 0);
  assert.ok(memoryPercent > 0 && memoryPercent < 100, `${memoryPercent} %`);
  assert.ok(load.fileDescriptors > 0);
});

test('SystemLoad.sample() sees an event loop that stands still', async () => {
  const load = new SystemLoad();
  try {
    await turns(50);
    load.sample();
    const endMs = performance.now() + 300;
    while (performance.now() < endMs) {
      // Nobody else has a turn.
    }
    while (load.sample().eventLoopDelayMs < 100) await turns(1);
  } finally {
    load.close();
  }
});

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
}

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { measureBareStore } from './bare-store.js';

for (const piece of ['fill', 'drain'] as const) {
  test(`measureBareStore() measures to ${piece}`, async () => {
    const load = { sessions: 3, messages: 40, rounds: 2, payload: 50, outstanding: 30 };
    const { messagesPerS, cpuUs } = await measureBareStore(piece, load);
    assert.ok(messagesPerS > 0);
    assert.ok(cpuUs > 0);
  });
}

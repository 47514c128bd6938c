import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryStore } from './memory-store.js';
import { testStore } from './store.testing.js';

testStore('MemoryStore', async () => {
  const store = new MemoryStore();
  return { store, reopen: async () => store };
});

test('MemoryStore is safe at once, so that nobody waits', () => {
  assert.equal(new MemoryStore().safeAtOnce, true);
});

test('MemoryStore forgets with the object that it is', async () => {
  const store = new MemoryStore();
  store.openSession('a');
  const nothing = { sessions: [], retained: [], wills: [], time: undefined };
  assert.deepEqual(await new MemoryStore().load(), nothing);
});

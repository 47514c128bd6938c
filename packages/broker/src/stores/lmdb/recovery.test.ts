import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecoveryAborted, throwIfAborted } from './recovery.js';

test('throwIfAborted() throws once it was told to end', () => {
  const stop = new AbortController();
  throwIfAborted(undefined);
  throwIfAborted(stop.signal);
  stop.abort('SIGTERM');
  assert.throws(() => throwIfAborted(stop.signal), RecoveryAborted);
});

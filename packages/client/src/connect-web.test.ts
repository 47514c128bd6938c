import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from './connect-web.js';

test('createClient() knows WebSocket alone in a browser', () => {
  assert.throws(() => createClient('mqtt://host'), /ws:\/\/, wss:\/\//);
  assert.equal(createClient('wss://host/mqtt').state.type, 'idle');
});

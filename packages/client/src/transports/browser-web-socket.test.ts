import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openBrowserWebSocket } from './browser-web-socket.js';
import { Recorder } from './recorder.testing.js';

test('openBrowserWebSocket() throws what is no address of a WebSocket', () => {
  assert.throws(() => openBrowserWebSocket(new URL('mqtt://u:p@host'), new Recorder()));
});

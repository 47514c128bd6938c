import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openBrowserWebSocket } from './browser-web-socket.js';

test('openBrowserWebSocket() tells what is no address of a WebSocket', async () => {
  const error = await new Promise<Error | undefined>((resolve) => {
    const unwanted = () => assert.fail('nothing was opened');
    openBrowserWebSocket(new URL('mqtt://u:p@host'), {
      opened: unwanted,
      received: unwanted,
      drained: unwanted,
      closed: resolve,
    });
  });
  assert.ok(error instanceof Error);
});

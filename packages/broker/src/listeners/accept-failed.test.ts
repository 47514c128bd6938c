import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecordingLogger } from '../observe/recording-logger.testing.js';
import { acceptFailed } from './accept-failed.js';

test('acceptFailed() tells why', () => {
  const log = new RecordingLogger();
  acceptFailed(log, new Error('accept EMFILE'));
  const [line] = log.of('accept-failed');
  assert.deepEqual(
    [line?.level, line?.message],
    ['warn', 'a connection cannot be accepted: accept EMFILE'],
  );
});

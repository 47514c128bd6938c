import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FailedTransport } from './failed-transport.js';
import { Recorder } from './recorder.testing.js';

test('FailedTransport tells its error once, and not before its maker knows it', async () => {
  const recorder = new Recorder();
  const transport = new FailedTransport(new Error('no'), recorder);
  assert.deepEqual(recorder.told, []);
  transport.write();
  transport.pause();
  transport.resume();
  transport.close();
  await recorder.hears('closed');
  assert.deepEqual([recorder.told, recorder.error?.message], [['closed'], 'no']);
  assert.equal(transport.pendingBytes, 0);
});

test('FailedTransport makes an error of whatever was thrown', async () => {
  const recorder = new Recorder();
  const transport = new FailedTransport('text', recorder);
  await recorder.hears('closed');
  assert.equal(recorder.error?.message, 'text');
  transport.close();
});

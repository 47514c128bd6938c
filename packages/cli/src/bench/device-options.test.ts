import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryOutbox } from '@magpie/client';
import { deviceOptions } from './device-options.js';

const own = (template: string) => template.replace('{n}', '7');

test('deviceOptions() gives a device its own name, and its session', () => {
  assert.deepEqual(deviceOptions(undefined, own), {});
  const session = { clean: true, keepAlive: 5, username: 'u{n}', password: 'p{n}' };
  assert.deepEqual(deviceOptions(session, own), {
    cleanSession: true,
    keepAlive: 5,
    username: 'u7',
    password: 'p7',
  });
  const { cleanSession, outbox } = deviceOptions({ clean: false }, own);
  assert.equal(cleanSession, false);
  assert.ok(outbox instanceof MemoryOutbox, 'what is not acknowledged outlives the connection');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientEvents } from './client-events.js';

test('ClientEvents tells listeners, in order, until they are taken off', () => {
  const events = new ClientEvents();
  const told: string[] = [];
  const off = events.on('state', ({ type }) => told.push(`first ${type}`));
  events.on('state', ({ type }) => told.push(`second ${type}`));
  events.emit('state', { type: 'idle' });
  off();
  events.emit('state', { type: 'ending' });
  assert.deepEqual(told, ['first idle', 'second idle', 'second ending']);
  assert.deepEqual([events.wants('state'), events.wants('packet')], [true, false]);
});

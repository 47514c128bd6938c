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
});

test('ClientEvents.packet() tells of a packet if somebody listens', () => {
  const events = new ClientEvents();
  const told: unknown[] = [];
  events.packet('sent', 'connect', 0);
  events.on('packet', (packet) => told.push(packet));
  events.packet('sent', 'publish', 7);
  assert.deepEqual(told, [{ direction: 'sent', type: 'publish', packetId: 7 }]);
});

const misheard: readonly (readonly [name: string, listener: unknown])[] = [
  ['message', () => {}],
  ['toString', () => {}],
  ['state', undefined],
];
for (const [name, listener] of misheard) {
  test(`ClientEvents refuses ${typeof listener} as a listener to ${name}`, () => {
    assert.throws(() => new ClientEvents().on(name as never, listener as never), {
      name: 'TypeError',
      message: `Cannot listen to '${name}': there are state, error, packet`,
    });
  });
}

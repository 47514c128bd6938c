import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Channel } from './channel.js';

function fail(error: unknown): void {
  throw error;
}

test('Channel.active is true while somebody listens', () => {
  const channel = new Channel<number>(fail);
  assert.equal(channel.active, false);
  const off = channel.on(() => {});
  const otherOff = channel.on(() => {});
  off();
  assert.equal(channel.active, true);
  otherOff();
  assert.equal(channel.active, false);
});

test('Channel.emit() calls the listeners in the order in which they came', () => {
  const channel = new Channel<string>(fail);
  const heard: string[] = [];
  channel.emit('nobody');
  channel.on((event) => heard.push(`1 ${event}`));
  channel.on((event) => heard.push(`2 ${event}`));
  channel.emit('a');
  channel.emit('b');
  assert.deepEqual(heard, ['1 a', '2 a', '1 b', '2 b']);
});

test('Channel.on() gives what takes that one listener off, once or repeatedly', () => {
  const channel = new Channel<string>(fail);
  const heard: string[] = [];
  const listener = (event: string) => void heard.push(event);
  const off = channel.on(listener);
  channel.on(listener); // the same function listens twice
  channel.emit('both');
  off();
  off();
  channel.emit('one');
  assert.deepEqual(heard, ['both', 'both', 'one']);
});

test('Channel.emit() reports what a listener throws and calls the others', () => {
  const errors: unknown[] = [];
  const channel = new Channel<string>((error) => errors.push(error));
  const heard: string[] = [];
  const error = new Error('broken');
  channel.on(() => {
    throw error;
  });
  channel.on((event) => heard.push(event));
  channel.emit('a');
  assert.deepEqual(heard, ['a']);
  assert.deepEqual(errors, [error]);
});

test('Channel.emit() calls who listened when it began', () => {
  const channel = new Channel<string>(fail);
  const heard: string[] = [];
  channel.on((event) => {
    heard.push(`first ${event}`);
    off();
    channel.on((later) => heard.push(`new ${later}`));
  });
  const off = channel.on((event) => heard.push(`second ${event}`));
  channel.emit('a');
  assert.deepEqual(heard, ['first a', 'second a']);
  heard.length = 0;
  channel.emit('b');
  assert.deepEqual(heard, ['first b', 'new b']);
});

test('Channel.emit() may be called by a listener', () => {
  const channel = new Channel<number>(fail);
  const heard: number[] = [];
  channel.on((event) => {
    heard.push(event);
    if (event > 0) channel.emit(event - 1);
  });
  channel.emit(2);
  assert.deepEqual(heard, [2, 1, 0]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../model/manual-clock.testing.js';
import type { Receipt } from '../session/receipt.js';
import { UnclaimedMessages } from './unclaimed-messages.js';
import type { UnclaimedLimits } from './unclaimed-options.js';

/** Messages of 10 bytes each that may wait until the clock shows 1000 ms. */
function world(limits: Partial<UnclaimedLimits> = {}, endMs = 1000) {
  const clock = new ManualClock();
  const givenUp: string[] = [];
  const all = { afterMs: 0, countMax: 3, bytesMax: 1000, policy: 'drop', ...limits } as const;
  const time = {
    get nowMs() {
      return clock.nowMs();
    },
    after: (delayMs: number, task: () => void) => clock.after(delayMs, task),
  };
  const messages = new UnclaimedMessages(all, endMs, time, ({ topic }) => givenUp.push(topic));
  const hold = (...topics: string[]) => {
    for (const topic of topics) messages.hold({ topic, payload: new Uint8Array(9) } as Receipt);
  };
  return { clock, givenUp, messages, hold };
}

test('UnclaimedMessages gives all up when their time is over, and then each at once', () => {
  const { clock, givenUp, messages, hold } = world();
  hold('a');
  clock.advance(600);
  hold('b');
  clock.advance(399);
  assert.deepEqual([givenUp, messages.bytes, clock.armed], [[], 20, 1]);
  clock.advance(1);
  assert.deepEqual([givenUp, messages.bytes], [['a', 'b'], 0]);
  hold('c');
  assert.deepEqual([givenUp, clock.armed], [['a', 'b', 'c'], 0]);
});

test('UnclaimedMessages holds at most countMax, the newest', () => {
  const { givenUp, hold } = world();
  hold('a', 'b', 'c', 'd', 'e');
  assert.deepEqual(givenUp, ['a', 'b']);
});

test('UnclaimedMessages holds at most bytesMax', () => {
  const { givenUp, messages, hold } = world({ bytesMax: 25 });
  hold('a', 'b', 'c');
  assert.deepEqual([givenUp, messages.bytes], [['a'], 20]);
});

test('UnclaimedMessages holds nothing where there is no room for one', () => {
  const { givenUp, hold } = world({ bytesMax: 9 });
  hold('a');
  assert.deepEqual(givenUp, ['a']);
});

test('UnclaimedMessages without an end arms no timer', () => {
  const { clock, givenUp, hold } = world({}, Infinity);
  hold('a');
  clock.advance(1e9);
  assert.deepEqual([givenUp, clock.armed], [[], 0]);
});

test('UnclaimedMessages lets a subscription claim what it wants, in order', () => {
  const { givenUp, messages, hold } = world();
  hold('a', 'b', 'c');
  const claimed: string[] = [];
  messages.claim(({ topic }) => topic !== 'b' && claimed.push(topic) > 0);
  assert.deepEqual([claimed, messages.bytes], [['a', 'c'], 10]);
  hold('d', 'e', 'f');
  assert.deepEqual(givenUp, ['b']);
});

test('UnclaimedMessages leaves no timer behind when its client ends', () => {
  const { clock, givenUp, messages, hold } = world();
  hold('a');
  messages.end();
  assert.deepEqual([clock.armed, messages.bytes], [0, 0]);
  clock.advance(2000);
  assert.deepEqual(givenUp, []);
});

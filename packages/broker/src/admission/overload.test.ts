import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Limits, limitsFrom } from '../model/limits.js';
import { ManualClock } from '../model/manual-clock.testing.js';
import { RecordingLogger } from '../observe/recording-logger.testing.js';
import { type Load, Overload } from './overload.js';

function world(given: Partial<Limits> = {}, fileDescriptors = 1000) {
  const clock = new ManualClock();
  const log = new RecordingLogger();
  const load = { eventLoopDelayMs: 0, memoryPercent: 0 };
  const state = { closed: 0 };
  const source = {
    sample: (): Load => load,
    fileDescriptors,
    close: () => void state.closed++,
  };
  const limits = limitsFrom({ eventLoopDelayMax: 1000, memoryPercentMax: 80, ...given });
  const overload = new Overload({ limits, clock, log, source });
  overload.start();
  /** So many looks with this load. @returns Whether it is active after each. */
  const looks = (count: number, next: Partial<Load>) => {
    Object.assign(load, next);
    return Array.from({ length: count }, () => {
      clock.advance(500);
      return overload.active;
    });
  };
  return { clock, log, overload, looks, state };
}

test('Overload begins after two looks above the limit, and ends after two well below', () => {
  const { looks, log } = world();
  assert.deepEqual(looks(1, { eventLoopDelayMs: 5000 }), [false]);
  assert.deepEqual(looks(2, { eventLoopDelayMs: 1000 }), [false, false]); // one pause is none
  assert.deepEqual(looks(3, { eventLoopDelayMs: 1001 }), [false, true, true]);
  assert.deepEqual(looks(2, { eventLoopDelayMs: 501 }), [true, true]);
  assert.deepEqual(looks(1, { eventLoopDelayMs: 0 }), [true]);
  assert.deepEqual(looks(1, { eventLoopDelayMs: 800 }), [true]);
  assert.deepEqual(looks(2, { eventLoopDelayMs: 500 }), [true, false]);
  assert.deepEqual(
    log.lines.map(({ level, message }) => `${level}: ${message}`),
    [
      'warn: new connections are refused: the event loop is late',
      'info: new connections are taken again',
    ],
  );
});

test('Overload goes by memory, too', () => {
  const { looks, log } = world();
  assert.deepEqual(looks(2, { memoryPercent: 81 }), [false, true]);
  assert.deepEqual(looks(2, { memoryPercent: 77 }), [true, true]);
  assert.deepEqual(looks(2, { memoryPercent: 75 }), [true, false]);
  assert.match(log.of('overloaded')[0]?.message ?? '', /memory is short/);
});

test('Overload looks at nothing that is set to 0', () => {
  const { looks } = world({ eventLoopDelayMax: 0, memoryPercentMax: 0 });
  assert.deepEqual(looks(3, { eventLoopDelayMs: 1e9, memoryPercent: 100 }), [false, false, false]);
});

test('Overload.connectionsMax leaves file descriptors free', () => {
  assert.equal(world({ fileDescriptorsReserve: 64 }).overload.connectionsMax, 936);
  assert.equal(world({ fileDescriptorsReserve: 64 }, 10).overload.connectionsMax, 0);
});

test('Overload.stop() ends all looking', () => {
  const { clock, overload, looks, state } = world();
  overload.stop();
  assert.deepEqual(looks(3, { eventLoopDelayMs: 1e9 }), [false, false, false]);
  assert.deepEqual([clock.timers, state.closed], [0, 1]);
});

test('Overload without a source is never active', () => {
  const clock = new ManualClock();
  const overload = new Overload({ limits: limitsFrom(), clock, log: new RecordingLogger() });
  overload.start();
  overload.stop();
  assert.deepEqual([overload.active, overload.connectionsMax], [false, Infinity]);
});

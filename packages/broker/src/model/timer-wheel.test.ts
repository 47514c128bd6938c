import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ManualClock } from './manual-clock.testing.js';
import { TimerWheel, type Timed, type TimerEntry } from './timer-wheel.js';

const SLOTS = 512;

/** Notes when it was called, and answers what it was told to answer. */
class Probe implements Timed {
  readonly servedMs: number[] = [];
  readonly #answer: (nowMs: number) => number;

  constructor(answer: (nowMs: number) => number = () => Infinity) {
    this.#answer = answer;
  }

  due(nowMs: number): number {
    this.servedMs.push(nowMs);
    return this.#answer(nowMs);
  }
}

function wheelAt(nowMs: number, tickMs = 100): { clock: ManualClock; wheel: TimerWheel } {
  const clock = new ManualClock({ nowMs });
  return { clock, wheel: new TimerWheel(clock, tickMs) };
}

/** Start of the clock, time of the entry, and when it shall be served at the latest. */
const precision: readonly (readonly [startMs: number, atMs: number])[] = [
  [0, 1],
  [0, 99],
  [0, 100],
  [0, 101],
  [50, 51],
  [50, 101],
  [50, 149],
  [99, 101],
  [99.5, 100.25],
  [1, 51_201],
  [1_000_000, 1_000_001],
  [12_345.75, 99_999],
];

for (const [startMs, atMs] of precision) {
  test(`TimerWheel begun at ${startMs} serves an entry of ${atMs} within a tick`, () => {
    const { clock, wheel } = wheelAt(startMs);
    const probe = new Probe();
    wheel.schedule(probe, atMs);
    assert.equal(wheel.size, 1);
    clock.advance(atMs - startMs + 1000);
    const [servedMs = NaN] = probe.servedMs;
    assert.equal(probe.servedMs.length, 1);
    assert.ok(servedMs >= atMs && servedMs <= atMs + 100, `served at ${servedMs}`);
    assert.equal(wheel.size, 0);
  });
}

test('TimerWheel serves a time that has passed at the next tick', () => {
  const { clock, wheel } = wheelAt(1234);
  for (const atMs of [1234, 1000, 0, -500, -Infinity]) {
    const probe = new Probe();
    wheel.schedule(probe, atMs);
    clock.advance(100);
    assert.equal(probe.servedMs.length, 1, `entry of ${atMs}`);
  }
});

test('TimerWheel never serves what is scheduled for Infinity, and arms no timer for it', () => {
  const { clock, wheel } = wheelAt(0);
  const probe = new Probe();
  const entry = wheel.schedule(probe, Infinity);
  assert.deepEqual([wheel.size, clock.timers], [0, 0]);
  wheel.cancel(entry);
  clock.advance(100_000);
  assert.deepEqual(probe.servedMs, []);
});

test('TimerWheel runs the clock only while it has entries', () => {
  const { clock, wheel } = wheelAt(0);
  assert.equal(clock.timers, 0);
  const first = wheel.schedule(new Probe(), 1000);
  wheel.schedule(new Probe(), 2000);
  assert.equal(clock.timers, 1);
  wheel.cancel(first);
  assert.equal(clock.timers, 1);
  clock.advance(2000);
  assert.deepEqual([wheel.size, clock.timers], [0, 0]);
  const last = wheel.schedule(new Probe(), 3000);
  assert.equal(clock.timers, 1);
  wheel.cancel(last);
  assert.deepEqual([wheel.size, clock.timers], [0, 0]);
});

test('TimerWheel.cancel() takes an entry out; once it has ended that does nothing', () => {
  const { clock, wheel } = wheelAt(0);
  const [kept, cancelled] = [new Probe(), new Probe()];
  wheel.schedule(kept, 500);
  const entry = wheel.schedule(cancelled, 500);
  wheel.cancel(entry);
  wheel.cancel(entry);
  assert.equal(wheel.size, 1);
  clock.advance(1000);
  wheel.cancel(entry);
  assert.deepEqual([kept.servedMs.length, cancelled.servedMs.length, wheel.size], [1, 0, 0]);
});

test('TimerWheel calls again when due() says so', () => {
  const { clock, wheel } = wheelAt(0);
  const probe = new Probe((nowMs) => (nowMs < 1000 ? nowMs + 300 : Infinity));
  wheel.schedule(probe, 200);
  clock.advance(5000);
  assert.deepEqual(probe.servedMs, [200, 500, 800, 1100]);
  assert.equal(clock.timers, 0);
});

test('TimerWheel serves once a tick what always asks for a time that has passed', () => {
  const { clock, wheel } = wheelAt(0);
  const probe = new Probe(() => 0);
  wheel.schedule(probe, 0);
  clock.advance(1000);
  assert.ok(probe.servedMs.length >= 9 && probe.servedMs.length <= 10);
  wheel.clear();
});

test('TimerWheel takes an entry out that calls again', () => {
  const { clock, wheel } = wheelAt(0);
  const probe = new Probe((nowMs) => nowMs + 100);
  const entry = wheel.schedule(probe, 100);
  clock.advance(1000);
  wheel.cancel(entry);
  assert.deepEqual([wheel.size, clock.timers], [0, 0]);
  const { length } = probe.servedMs;
  clock.advance(1000);
  assert.equal(probe.servedMs.length, length);
});

test('TimerWheel.cancel() in due() takes out an entry of the same tick', () => {
  const { clock, wheel } = wheelAt(0);
  const entries: TimerEntry[] = [];
  const served: number[] = [];
  for (let index = 0; index < 4; index++) {
    const due = () => {
      served.push(index);
      for (const entry of entries) wheel.cancel(entry); // its own too
      return Infinity;
    };
    entries.push(wheel.schedule({ due }, 100));
  }
  clock.advance(1000);
  assert.deepEqual(served, [0]);
  assert.deepEqual([wheel.size, clock.timers], [0, 0]);
});

test('TimerWheel.schedule() in due() is served in its own time', () => {
  const { clock, wheel } = wheelAt(0);
  const inner = new Probe();
  const outer = new Probe((nowMs) => {
    wheel.schedule(inner, nowMs + 250);
    wheel.schedule(inner, nowMs); // this tick has been served: the next one
    return Infinity;
  });
  wheel.schedule(outer, 100);
  clock.advance(1000);
  assert.deepEqual([outer.servedMs, inner.servedMs], [[100], [200, 400]]);
});

test('TimerWheel.clear() forgets all entries and stops the timer', () => {
  const { clock, wheel } = wheelAt(0);
  const probe = new Probe();
  for (const atMs of [100, 200, 100_000]) wheel.schedule(probe, atMs);
  wheel.clear();
  assert.deepEqual([wheel.size, clock.timers], [0, 0]);
  clock.advance(200_000);
  assert.deepEqual(probe.servedMs, []);
  wheel.schedule(probe, clock.nowMs() + 100);
  clock.advance(100);
  assert.equal(probe.servedMs.length, 1);
});

test('TimerWheel.clear() in due() forgets the entries of the same tick too', () => {
  const { clock, wheel } = wheelAt(0);
  const clearing = new Probe(() => {
    wheel.clear();
    return Infinity;
  });
  wheel.schedule(clearing, 100);
  wheel.schedule(clearing, 100);
  clock.advance(1000);
  assert.equal(clearing.servedMs.length, 1);
  assert.deepEqual([wheel.size, clock.timers], [0, 0]);
});

test('TimerWheel keeps entries of later rotations for their time', () => {
  const tickMs = 10;
  const rotationMs = SLOTS * tickMs;
  const { clock, wheel } = wheelAt(3, tickMs);
  const times = [0.5, 1, 1.5, 2, 5, 20].map((rotations) => rotations * rotationMs);
  const probes = times.map((atMs) => {
    const probe = new Probe();
    wheel.schedule(probe, atMs);
    return probe;
  });
  clock.advance(21 * rotationMs);
  for (const [index, { servedMs }] of probes.entries()) {
    const atMs = times[index] ?? NaN;
    assert.equal(servedMs.length, 1);
    assert.ok((servedMs[0] ?? 0) >= atMs && (servedMs[0] ?? 0) <= atMs + tickMs);
  }
});

test('TimerWheel serves after a long sleep what is due, once, and nothing else', () => {
  const tickMs = 10;
  const { clock, wheel } = wheelAt(0, tickMs);
  const sleepMs = 7 * SLOTS * tickMs + 5;
  const due = [10, 500, sleepMs - 3000, sleepMs - 5].map((atMs) => {
    const probe = new Probe();
    wheel.schedule(probe, atMs);
    return probe;
  });
  const later = new Probe();
  wheel.schedule(later, sleepMs + SLOTS * tickMs);
  clock.jump(sleepMs);
  clock.advance(tickMs);
  assert.deepEqual(
    due.map(({ servedMs }) => servedMs.length),
    [1, 1, 1, 1],
  );
  assert.equal(later.servedMs.length, 0);
  clock.advance(SLOTS * tickMs);
  assert.equal(later.servedMs.length, 1);
});

test('TimerWheel begins anew after it was empty for long', () => {
  const { clock, wheel } = wheelAt(0);
  wheel.schedule(new Probe(), 100);
  clock.advance(10_000_000);
  const probe = new Probe();
  wheel.schedule(probe, clock.nowMs() + 250);
  clock.advance(400);
  assert.deepEqual(probe.servedMs, [10_000_300]);
});

/**
 * Goal: whatever is scheduled and cancelled, each entry is served once, in time, unless cancelled.
 * Method: entries at random times, in a clock that moves by random steps and sleeps now and then.
 */
test('TimerWheel serves each entry once and within a tick', () => {
  const tickMs = 10;
  const step = fc.oneof(
    fc.record({ type: fc.constant('schedule' as const), inMs: fc.nat(20_000) }),
    fc.record({ type: fc.constant('schedule' as const), inMs: fc.nat(100) }),
    fc.record({ type: fc.constant('cancel' as const), which: fc.nat(30) }),
    fc.record({ type: fc.constant('advance' as const), ms: fc.nat(300) }),
    fc.record({ type: fc.constant('jump' as const), ms: fc.nat(15_000) }),
  );
  const startMs = fc.integer({ min: 0, max: 10_000 }).map((value) => value / 4);
  fc.assert(
    fc.property(startMs, fc.array(step, { maxLength: 40 }), (nowMs, steps) => {
      const { clock, wheel } = wheelAt(nowMs, tickMs);
      const all: { atMs: number; entry: TimerEntry; probe: Probe; cancelled: boolean }[] = [];
      let sleptMs = 0;
      for (const next of steps) {
        if (next.type === 'schedule') {
          const probe = new Probe();
          const atMs = clock.nowMs() + next.inMs;
          all.push({ atMs, entry: wheel.schedule(probe, atMs), probe, cancelled: false });
        } else if (next.type === 'cancel') {
          const chosen = all[next.which];
          if (chosen === undefined || chosen.probe.servedMs.length > 0) continue;
          chosen.cancelled = true;
          wheel.cancel(chosen.entry);
        } else if (next.type === 'advance') {
          clock.advance(next.ms);
        } else {
          sleptMs = Math.max(sleptMs, next.ms);
          clock.jump(next.ms);
        }
        const waiting = all.filter(
          ({ probe, cancelled }) => !cancelled && probe.servedMs.length === 0,
        );
        assert.equal(wheel.size, waiting.length);
        assert.equal(clock.timers, waiting.length === 0 ? 0 : 1);
      }
      clock.advance(21_000);
      for (const { atMs, probe, cancelled } of all) {
        assert.equal(probe.servedMs.length, cancelled ? 0 : 1);
        const [servedMs = atMs] = probe.servedMs;
        assert.ok(servedMs >= atMs && servedMs <= atMs + tickMs + sleptMs);
      }
    }),
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../model/clock.js';
import { BrokerTime } from './broker-time.js';

/** Both clocks of a machine, each set by hand. */
class TwoClocks implements Clock {
  now: number;
  wall: number;

  constructor(now: number, wall: number) {
    this.now = now;
    this.wall = wall;
  }

  nowMs(): number {
    return this.now;
  }

  wallMs(): number {
    return this.wall;
  }

  after(): () => void {
    return () => {};
  }

  endOfTurn(): void {}

  rest(): void {}

  pass(ms: number): void {
    this.now += ms;
    this.wall += ms;
  }
}

const YEAR_2030 = Date.UTC(2030, 0, 1);
const YEAR_1970 = 60_000;
const HOUR = 3_600_000;

/** What the machine's clock said at the last store and at the restart, and how long that was. */
const restarts: readonly (readonly [
  name: string,
  stored: number,
  found: number,
  awayMs: number,
])[] = [
  ['an hour of pause', YEAR_2030, YEAR_2030 + HOUR, HOUR],
  ['no pause', YEAR_2030, YEAR_2030, 0],
  ['a clock that was set back', YEAR_2030, YEAR_2030 - HOUR, 0],
  ['a clock that starts in 1970', YEAR_2030, YEAR_1970, 0],
  ['a clock that had started in 1970', YEAR_1970, YEAR_2030, 0],
];
for (const [name, stored, found, awayMs] of restarts) {
  test(`BrokerTime goes on after ${name}`, () => {
    const before = new TwoClocks(0.5, stored);
    const earlier = new BrokerTime(before);
    before.now += HOUR; // of which the machine's clock need not know
    const kept = earlier.read();
    assert.deepEqual(kept, { brokerMs: HOUR, wallMs: stored });

    const after = new TwoClocks(77, found);
    const later = new BrokerTime(after);
    later.restore(kept);
    assert.equal(later.nowMs(), HOUR + awayMs);
    after.pass(1234.5);
    assert.equal(later.nowMs(), HOUR + awayMs + 1234);
  });
}

test('BrokerTime is not moved by who sets the clock of the machine, and notes it', () => {
  const clocks = new TwoClocks(0, YEAR_1970);
  const time = new BrokerTime(clocks);
  time.read();
  clocks.pass(HOUR);
  assert.equal(time.wasSet, false);
  clocks.wall = YEAR_2030;
  assert.deepEqual([time.nowMs(), time.wasSet], [HOUR, true]);
  assert.deepEqual(time.read(), { brokerMs: HOUR, wallMs: YEAR_2030 });
  assert.equal(time.wasSet, false);
  clocks.wall -= HOUR;
  assert.deepEqual([time.nowMs(), time.wasSet], [HOUR, true]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../model/manual-clock.testing.js';
import { TimerWheel } from '../../model/timer-wheel.js';
import { RecordingLogger } from '../recording-logger.testing.js';
import { PacketWatches, WATCH_SECONDS_MAX, WATCHES_MAX } from './packet-watches.js';

function world() {
  const clock = new ManualClock();
  const wheel = new TimerWheel(clock);
  const log = new RecordingLogger();
  let changes = 0;
  const watches = new PacketWatches({ log, clock, wheel, changed: () => changes++ });
  return { clock, wheel, watches, changes: () => changes };
}

test('PacketWatches watches clients and addresses', () => {
  const { watches } = world();
  watches.add({ clientId: 'pump' }, 60);
  watches.add({ address: '192.0.2.7' }, 60);
  assert.notEqual(watches.logOf('pump', '192.0.2.1'), undefined);
  assert.notEqual(watches.logOf('fan', '192.0.2.7'), undefined);
  assert.equal(watches.logOf('fan', '192.0.2.1'), undefined);
  assert.equal(watches.logOf('192.0.2.7', 'pump'), undefined);
});

test('PacketWatches.add() ends by itself, and says when', () => {
  const { clock, wheel, watches, changes } = world();
  const { untilMs } = watches.add({ clientId: 'pump' }, 60);
  assert.equal(untilMs, clock.wallMs() + 60_000);
  assert.deepEqual(watches.list(), [{ clientId: 'pump', untilMs }]);
  clock.advance(59_000);
  assert.equal(watches.list().length, 1);
  clock.advance(1200);
  assert.deepEqual(watches.list(), []);
  assert.equal(watches.logOf('pump', ''), undefined);
  assert.equal(changes(), 2);
  assert.equal(wheel.size, 0);
});

test('PacketWatches.add() of the same subject replaces its end', () => {
  const { clock, wheel, watches } = world();
  watches.add({ clientId: 'pump' }, 60);
  watches.add({ clientId: 'pump' }, 600);
  assert.equal(wheel.size, 1);
  clock.advance(61_000);
  assert.equal(watches.list().length, 1);
});

test('PacketWatches.remove() ends a watch, and says whether there was one', () => {
  const { wheel, watches, changes } = world();
  watches.add({ address: '192.0.2.7' }, 60);
  assert.equal(watches.remove({ address: '192.0.2.7' }), true);
  assert.equal(watches.remove({ address: '192.0.2.7' }), false);
  assert.equal(wheel.size, 0);
  assert.equal(changes(), 2);
});

test('PacketWatches keeps as many as it may, and says so', () => {
  const { watches } = world();
  for (let one = 0; one < WATCHES_MAX; one++) watches.add({ clientId: `c${one}` }, 60);
  assert.throws(() => watches.add({ address: '192.0.2.7' }, 60), {
    name: 'RangeError',
    message: `only ${WATCHES_MAX} clients and addresses can be watched: end one`,
  });
  watches.add({ clientId: 'c0' }, 90); // no more than there were
  assert.equal(watches.list().length, WATCHES_MAX);
});

for (const seconds of [0, -1, Number.NaN, Infinity, WATCH_SECONDS_MAX + 1]) {
  test(`PacketWatches.add() refuses ${seconds} seconds`, () => {
    const { watches, changes } = world();
    assert.throws(() => watches.add({ clientId: 'c' }, seconds), { name: 'RangeError' });
    assert.equal(changes(), 0);
  });
}

for (const clientId of ['__proto__', 'constructor', '']) {
  test(`PacketWatches takes ${JSON.stringify(clientId)} for a client like others`, () => {
    const { watches } = world();
    assert.equal(watches.logOf(clientId, ''), undefined);
    watches.add({ clientId }, 60);
    assert.notEqual(watches.logOf(clientId, ''), undefined);
  });
}

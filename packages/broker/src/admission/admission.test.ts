import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Limits, limitsFrom } from '../model/limits.js';
import { ManualClock } from '../model/manual-clock.testing.js';
import { Counters } from '../observe/counters.js';
import { RecordingLogger } from '../observe/recording-logger.testing.js';
import { Admission } from './admission.js';
import { Bans } from './bans.js';
import type { Overload } from './overload.js';

const ADDRESS = '192.0.2.1';

function world(given: Partial<Limits> = {}) {
  const limits = limitsFrom(given);
  const clock = new ManualClock();
  const counters = new Counters();
  const log = new RecordingLogger();
  const bans = new Bans({ limits, wallMs: () => clock.wallMs() });
  const overload = { active: false, connectionsMax: 10 };
  const parts = { limits, clock, counters, log, bans, overload: overload as Overload };
  return { clock, counters, log, bans, overload, admission: new Admission(parts) };
}

test('Admission.arrives() lets everybody in by default, and keeps nothing', () => {
  const { admission, counters, log } = world();
  for (let step = 0; step < 1000; step++) assert.equal(admission.arrives(ADDRESS), true);
  assert.deepEqual(counters, new Counters());
  assert.deepEqual(log.lines, []);
});

test('Admission.hasRoom() while there are file descriptors and no overload', () => {
  const { admission, counters, log, overload } = world();
  assert.deepEqual(
    [9, 10].map((open) => admission.hasRoom(open, ADDRESS)),
    [true, false],
  );
  overload.active = true;
  assert.equal(admission.hasRoom(0, ADDRESS), false);
  assert.equal(counters.overloadRefused, 2);
  assert.deepEqual(
    log.of('overload-refused').map(({ message }) => message),
    [
      'connection refused: file descriptors are short',
      'connection refused: the broker is overloaded',
    ],
  );
});

test('Admission.arrives() refuses a banned address: counted, and told', () => {
  const { admission, bans, counters, log } = world();
  bans.add({ address: '192.0.2.0/24' });
  assert.equal(admission.arrives(ADDRESS), false);
  assert.equal(admission.arrives('198.51.100.1'), true);
  assert.equal(counters.bannedRefused, 1);
  assert.deepEqual(
    log.of('banned').map(({ level, fields }) => [level, fields['address']]),
    [['warn', ADDRESS]],
  );
});

test('Admission.arrives() holds an address to connectionsPerAddressMax until one leaves', () => {
  const { admission, counters, log } = world({ connectionsPerAddressMax: 2 });
  const arrivals = [1, 2, 3].map(() => admission.arrives(ADDRESS));
  assert.deepEqual(arrivals, [true, true, false]);
  assert.equal(admission.arrives('192.0.2.2'), true);
  assert.equal(counters.connectionsRefused, 1);
  assert.equal(log.of('connection-refused').length, 1);
  admission.leaves(ADDRESS);
  assert.equal(admission.arrives(ADDRESS), true);
  for (let step = 0; step < 5; step++) admission.leaves(ADDRESS);
  assert.deepEqual(
    [1, 2, 3].map(() => admission.arrives(ADDRESS)),
    [true, true, false],
  );
});

test('Admission.arrives() holds an address to connectsPerAddressMax in a minute', () => {
  const { admission, clock, counters, log } = world({ connectsPerAddressMax: 2 });
  assert.deepEqual(
    [1, 2, 3].map(() => admission.arrives(ADDRESS)),
    [true, true, false],
  );
  assert.equal(counters.connectsThrottled, 1);
  assert.equal(log.of('connect-throttled').length, 1);
  clock.advance(30_000);
  assert.deepEqual(
    [1, 2].map(() => admission.arrives(ADDRESS)),
    [true, false],
  );
});

test('Admission.mayConnect() holds a client to connectsPerClientMax, each address apart', () => {
  const { admission, counters } = world({ connectsPerClientMax: 1 });
  assert.equal(admission.mayConnect('c', ADDRESS), 'yes');
  assert.equal(admission.mayConnect('c', ADDRESS), 'too-many-connects');
  assert.equal(admission.mayConnect('d', ADDRESS), 'yes');
  // A stranger cannot use up what is another's.
  assert.equal(admission.mayConnect('c', '198.51.100.1'), 'yes');
  // Nor have clients without an identifier anything in common.
  assert.deepEqual(
    ['', ''].map((id) => admission.mayConnect(id, ADDRESS)),
    ['yes', 'yes'],
  );
  assert.equal(counters.connectsThrottled, 1);
});

test('Admission.mayConnect() refuses a banned client', () => {
  const { admission, bans, counters } = world();
  bans.add({ clientId: 'c' });
  assert.equal(admission.mayConnect('c', ADDRESS), 'banned');
  assert.equal(counters.bannedRefused, 1);
});

test('Admission.isBanned() goes by the user that is vouched for', () => {
  const { admission, bans } = world();
  bans.add({ username: 'u' });
  assert.equal(admission.isBanned('c', 'u'), true);
  assert.equal(admission.isBanned('u', undefined), false);
});

test('Admission.connected() bans who flaps for flappingBan', () => {
  const limits = { flappingConnectsMax: 2, flappingWindow: 10, flappingBan: 60 };
  const { admission, bans, clock, counters, log } = world(limits);
  const told = [1, 2, 3].map(() => admission.connected('c', ADDRESS));
  assert.deepEqual(told, [false, false, true]);
  assert.equal(counters.flappingBans, 1);
  assert.equal(
    log.of('flapping')[0]?.message,
    'client banned for 60 s: more than 2 connects in 10 s',
  );
  assert.deepEqual(bans.list(), [
    {
      clientId: 'c',
      untilMs: clock.wallMs() + 60_000,
      reason: 'more than 2 connects in 10 s',
      source: 'flapping',
    },
  ]);
  clock.advance(60_000);
  assert.equal(admission.mayConnect('c', ADDRESS), 'yes');
});

test('Admission.connected() tells of a client that flaps where bansMax allows no ban', () => {
  const { admission, bans, log } = world({ flappingConnectsMax: 1, bansMax: 0 });
  assert.deepEqual(
    [1, 2].map(() => admission.connected('c', ADDRESS)),
    [false, true],
  );
  assert.deepEqual(bans.list(), []);
  assert.equal(log.of('flapping')[0]?.message, 'client flaps and cannot be banned');
});

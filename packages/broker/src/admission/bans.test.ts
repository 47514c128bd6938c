import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Ban } from '../model/ban.js';
import { limitsFrom } from '../model/limits.js';
import { Bans } from './bans.js';

function world(initial: readonly Ban[] = [], bansMax = 100) {
  const state = { wallMs: 1000, saved: [] as (readonly Ban[])[], told: [] as string[] };
  const bans = new Bans({
    limits: limitsFrom({ bansMax }),
    wallMs: () => state.wallMs,
    keeper: { save: (all) => state.saved.push(all) },
    told: (kind, { clientId, username, address }) => {
      state.told.push(`${kind} ${clientId ?? username ?? address}`);
    },
    initial,
  });
  return { state, bans };
}

test('Bans finds a client by its identifier and by its user name, and nobody else', () => {
  const { bans } = world();
  bans.add({ clientId: '__proto__', source: 'program' });
  bans.add({ username: 'mallory', source: 'program' });
  assert.ok(bans.ofClient('__proto__', undefined));
  assert.ok(bans.ofClient('c', 'mallory'));
  assert.equal(bans.ofClient('constructor', undefined), undefined);
  assert.equal(bans.ofClient('mallory', '__proto__'), undefined);
});

test('Bans tells of each that is added or taken off, and of no try', () => {
  const { bans, state } = world([{ clientId: 'fixed', source: 'configuration' }]);
  bans.add({ clientId: 'c' });
  bans.add({ clientId: 'fixed' });
  bans.remove({ clientId: 'fixed' });
  bans.remove({ username: 'nobody' });
  bans.add({ username: 'mallory' });
  bans.remove({ clientId: 'c' });
  assert.deepEqual(state.told, ['banned c', 'banned mallory', 'unbanned c']);
});

const addresses = [
  ['192.0.2.7', '192.0.2.7', true],
  ['192.0.2.7', '::ffff:192.0.2.7', true],
  ['192.0.2.7', '192.0.2.8', false],
  ['192.0.2.0/24', '192.0.2.255', true],
  ['192.0.2.0/24', '192.0.3.0', false],
  ['2001:db8::/32', '2001:db8:ffff::1', true],
  ['2001:db8::/32', '2001:db9::1', false],
  ['::/0', '192.0.2.7', false],
  ['0.0.0.0/0', '2001:db8::1', false],
  ['0.0.0.0/0', 'unknown', false],
] as const;
for (const [banned, address, holds] of addresses) {
  test(`Bans of ${banned} ${holds ? 'hold' : 'do not hold'} for ${address}`, () => {
    const { bans } = world();
    bans.add({ address: banned, source: 'program' });
    assert.equal(bans.ofAddress(address) !== undefined, holds);
  });
}

test('Bans end when their time is over', () => {
  const { state, bans } = world();
  bans.add({ clientId: 'c', untilMs: 2000, source: 'program' });
  bans.add({ address: '192.0.2.0/24', untilMs: 2000, source: 'program' });
  state.wallMs = 1999;
  assert.ok(bans.ofClient('c', undefined) && bans.ofAddress('192.0.2.1'));
  state.wallMs = 2000;
  assert.equal(bans.ofClient('c', undefined), undefined);
  assert.equal(bans.ofAddress('192.0.2.1'), undefined);
  assert.equal(bans.size, 0);
});

test('Bans.remove() takes off what was added, and has all changes saved', () => {
  const { state, bans } = world([{ clientId: 'fixed', source: 'configuration' }]);
  const ban: Ban = { address: '192.0.2.0/24', reason: 'noise', source: 'program' };
  bans.add(ban);
  assert.deepEqual(state.saved.at(-1), [ban]);
  assert.equal(bans.remove({ address: '192.0.2.1/24' }), true); // the same network
  assert.equal(bans.remove({ address: '192.0.2.1/24' }), false);
  assert.deepEqual(state.saved.at(-1), []);
  assert.equal(bans.ofAddress('192.0.2.1'), undefined);
});

test('Bans of the configuration cannot be taken off or replaced', () => {
  const { state, bans } = world([{ clientId: 'fixed', source: 'configuration' }]);
  assert.equal(bans.remove({ clientId: 'fixed' }), false);
  bans.add({ clientId: 'fixed', untilMs: 1001, source: 'program' });
  state.wallMs = 5000;
  assert.ok(bans.ofClient('fixed', undefined));
});

test('Bans.add() refuses more than bansMax, once the expired ones are off', () => {
  const { state, bans } = world([], 2);
  bans.add({ clientId: 'a', untilMs: 2000, source: 'program' });
  bans.add({ clientId: 'b', source: 'program' });
  assert.throws(() => bans.add({ clientId: 'c', source: 'program' }), {
    name: 'RangeError',
    message: 'Cannot ban: there are 2 bans, as bansMax allows',
  });
  state.wallMs = 2000;
  bans.add({ clientId: 'c', source: 'program' });
  assert.deepEqual(
    bans.list().map(({ clientId }) => clientId),
    ['b', 'c'],
  );
});

test('Bans.add() refuses what is no ban', () => {
  const { state, bans } = world();
  const message = 'Cannot ban: it must name one of clientId, username and address';
  assert.throws(() => bans.add({}), { name: 'TypeError', message });
  assert.deepEqual(state.saved, []);
});

test('Bans() refuse to begin with what is no ban', () => {
  const message = "Cannot ban: 'abc' is neither an address nor a network such as 192.0.2.0/24";
  assert.throws(() => world([{ address: 'abc', source: 'configuration' }]), {
    name: 'TypeError',
    message,
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Limits, limitsFrom } from '../model/limits.js';
import { ManualClock } from '../model/manual-clock.testing.js';
import { Counters } from '../observe/counters.js';
import type { AuthenticationResult } from './authenticator.js';
import { LoginThrottle } from './login-throttle.js';

/** Every password but `right` is wrong. */
class World {
  readonly clock = new ManualClock();
  readonly counters = new Counters();
  readonly throttle: LoginThrottle;
  checks = 0;

  constructor(limits: Partial<Limits>, late: boolean) {
    const answer = (password: string): AuthenticationResult => {
      this.checks++;
      if (password === 'right') return { allowed: true };
      return { allowed: false, why: password === 'none' ? 'unavailable' : 'bad-credentials' };
    };
    this.throttle = new LoginThrottle({
      authenticator: {
        authenticate({ password }) {
          const result = answer(Buffer.from(password ?? []).toString());
          return late ? Promise.resolve(result) : result;
        },
      },
      limits: limitsFrom(limits),
      clock: this.clock,
      counters: this.counters,
    });
  }

  /** @returns `ok`, or why not. */
  async login(address: string, username: string | undefined, password: string): Promise<string> {
    const result = await this.throttle.authenticate({
      clientId: 'c',
      address,
      username,
      password: Buffer.from(password),
    });
    return result.allowed ? 'ok' : result.why;
  }
}

const A = '192.0.2.1';
const B = '192.0.2.2';
const LIMITS = { loginFailuresPerAddressMax: 3, loginFailuresPerUserMax: 2 };

for (const late of [false, true]) {
  test(`LoginThrottle refuses an address after its failures, late: ${late}`, async () => {
    const world = new World(LIMITS, late);
    for (const user of ['a', 'b', 'c'])
      assert.equal(await world.login(A, user, 'x'), 'bad-credentials');
    assert.equal(await world.login(A, 'd', 'right'), 'too-many-failures');
    assert.equal(world.checks, 3);
    assert.equal(world.counters.loginsThrottled, 1);
    assert.equal(await world.login(B, 'd', 'right'), 'ok');
    world.clock.advance(60_000);
    assert.equal(await world.login(A, 'e', 'right'), 'ok');
  });

  test(`LoginThrottle refuses a user after failures from anywhere, late: ${late}`, async () => {
    const world = new World(LIMITS, late);
    for (const address of [A, B]) await world.login(address, 'a', 'x');
    assert.equal(await world.login('192.0.2.3', 'a', 'right'), 'too-many-failures');
    assert.equal(await world.login('192.0.2.3', 'b', 'right'), 'ok');
  });

  test(`LoginThrottle keeps nobody out of where he has been before, late: ${late}`, async () => {
    const world = new World(LIMITS, late);
    assert.equal(await world.login(A, 'a', 'right'), 'ok');
    for (let failures = 0; failures < 5; failures++) {
      await world.login(A, `other-${failures}`, 'x');
      await world.login(B, 'a', 'x');
    }
    assert.equal(await world.login(A, 'a', 'right'), 'ok');
    assert.equal(await world.login(A, 'a', 'x'), 'bad-credentials');
    assert.equal(await world.login(A, 'a', 'right'), 'too-many-failures');
  });
}

test('LoginThrottle counts wrong passwords only', async () => {
  const world = new World(LIMITS, false);
  for (let times = 0; times < 9; times++) {
    assert.equal(await world.login(A, 'a', 'none'), 'unavailable');
    assert.equal(await world.login(A, undefined, 'x'), 'bad-credentials');
  }
  assert.equal(await world.login(A, 'a', 'right'), 'ok');
});

test('LoginThrottle is bounded: a flood of names and addresses only makes it forget', async () => {
  const world = new World(LIMITS, false);
  for (let number = 0; number < 30_000; number++) {
    await world.login(`address-${number}`, `user-${number}`, 'x');
  }
  assert.equal(await world.login('address-0', 'user-0', 'right'), 'ok');
});

test('LoginThrottle.admitsAnonymous is as its authenticator says, by default true', () => {
  const throttleOf = (says: object) => {
    return new LoginThrottle({
      authenticator: { authenticate: () => ({ allowed: true }), ...says },
      limits: limitsFrom({}),
      clock: new ManualClock(),
      counters: new Counters(),
    });
  };
  assert.equal(throttleOf({}).admitsAnonymous, true);
  assert.equal(throttleOf({ admitsAnonymous: true }).admitsAnonymous, true);
  assert.equal(throttleOf({ admitsAnonymous: false }).admitsAnonymous, false);
});

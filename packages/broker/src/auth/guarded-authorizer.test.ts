import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Authorizer } from './authorizer.js';
import { AuthorizerFailure, GuardedAuthorizer } from './guarded-authorizer.js';

const CLIENT = { clientId: 'c', username: undefined, address: '192.0.2.1' };

function guardedBy(answer: () => unknown): GuardedAuthorizer {
  const ask = answer as () => boolean;
  const authorizer: Authorizer = { mayPublish: ask, maySubscribe: ask };
  return new GuardedAuthorizer(authorizer);
}

for (const answer of [true, false]) {
  test(`GuardedAuthorizer passes ${answer} on, at once or later`, async () => {
    const atOnce = guardedBy(() => answer);
    assert.equal(atOnce.mayPublish(CLIENT, 't', 0, false), answer);
    assert.equal(atOnce.maySubscribe(CLIENT, 't', 0), answer);
    const later = guardedBy(async () => answer);
    assert.equal(await later.mayPublish(CLIENT, 't', 0, false), answer);
    assert.equal(await later.maySubscribe(CLIENT, 't', 0), answer);
  });
}

const problem = new Error('no database');
const failing: [how: string, ask: () => unknown][] = [
  [
    'throws',
    () => {
      throw problem;
    },
  ],
  ['rejects', () => Promise.reject(problem)],
  ['answers nothing', () => undefined],
  ['answers nothing later', async () => undefined],
  ['answers a text', () => 'yes'],
];
for (const [how, ask] of failing) {
  test(`GuardedAuthorizer gives an AuthorizerFailure if the authorizer ${how}`, async () => {
    const authorizer = guardedBy(ask);
    await assert.rejects(
      async () => authorizer.mayPublish(CLIENT, 't', 0, false),
      AuthorizerFailure,
    );
    await assert.rejects(async () => authorizer.maySubscribe(CLIENT, 't', 0), AuthorizerFailure);
  });
}

test('GuardedAuthorizer keeps the cause', () => {
  const authorizer = guardedBy(() => {
    throw problem;
  });
  assert.throws(() => authorizer.maySubscribe(CLIENT, 't', 0), { cause: problem });
});

test('GuardedAuthorizer passes on a denial, and a grant that is checked', () => {
  const denial = { rule: 'mine' };
  assert.equal(guardedBy(() => denial).mayPublish(CLIENT, 't', 0, false), denial);
  assert.equal(guardedBy(() => denial).maySubscribe(CLIENT, 't', 0), denial);
  assert.equal(guardedBy(() => 'checked').maySubscribe(CLIENT, 't', 0), 'checked');
  assert.throws(
    () => guardedBy(() => 'checked').mayPublish(CLIENT, 't', 0, false),
    AuthorizerFailure,
  );
});

const deliveries: readonly [how: string, mayDeliver: (() => unknown) | undefined, is: boolean][] = [
  ['is not asked', undefined, true],
  ['says yes', () => true, true],
  ['says no', () => false, false],
  ['says something else', () => 'yes', false],
  ['promises', async () => true, false],
  [
    'throws',
    () => {
      throw problem;
    },
    false,
  ],
];
for (const [how, mayDeliver, is] of deliveries) {
  test(`GuardedAuthorizer.mayDeliver() is ${is} if the authorizer ${how}`, () => {
    const authorizer: Authorizer = {
      mayPublish: () => true,
      maySubscribe: () => true,
      ...(mayDeliver && { mayDeliver: mayDeliver as () => boolean }),
    };
    assert.equal(new GuardedAuthorizer(authorizer).mayDeliver(CLIENT, 't'), is);
  });
}

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

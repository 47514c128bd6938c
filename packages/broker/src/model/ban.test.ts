import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BanRequest, banProblem } from './ban.js';

const wrong: readonly [unknown, string][] = [
  [{}, 'it must name one of clientId, username and address'],
  [{ clientId: 'c', username: 'u' }, 'it must name one of clientId, username and address'],
  [{ clientId: '' }, 'whom it names must be a text'],
  [{ username: 7 }, 'whom it names must be a text'],
  [
    { address: 'a.example' },
    "'a.example' is neither an address nor a network such as 192.0.2.0/24",
  ],
  [{ clientId: 'c', untilMs: Number.NaN }, 'its end must be a number of ms'],
  [{ clientId: 'c', untilMs: '1' }, 'its end must be a number of ms'],
  [{ clientId: 'c', reason: 1 }, 'its reason must be a text'],
];
for (const [ban, problem] of wrong) {
  test(`banProblem() of ${JSON.stringify(ban)}`, () => {
    assert.equal(banProblem(ban as BanRequest), problem);
  });
}

test('banProblem() finds nothing wrong with a ban of each kind', () => {
  const all = [{ clientId: '#' }, { username: 'u', untilMs: 0, reason: 'r' }, { address: '::/0' }];
  for (const ban of all) assert.equal(banProblem(ban), undefined);
});

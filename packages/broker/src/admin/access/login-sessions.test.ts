import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIFE_MS, LoginSessions } from './login-sessions.js';

test('LoginSessions: one ends when it is told to, or after its time', () => {
  let nowMs = 0;
  const sessions = new LoginSessions(() => nowMs);
  const [one, other] = [sessions.begin('li'), sessions.begin('li')];
  assert.notEqual(one.id, other.id);
  assert.equal(sessions.get(one.id)?.csrf, one.csrf);
  sessions.end(one.id);
  assert.equal(sessions.get(one.id), undefined);
  nowMs = LIFE_MS - 1;
  assert.equal(sessions.get(other.id)?.account, 'li');
  nowMs = LIFE_MS;
  assert.equal(sessions.get(other.id), undefined);
  assert.equal(sessions.size, 0);
});

test('LoginSessions.endAllOf() ends those of one account', () => {
  const sessions = new LoginSessions(() => 0);
  const [one, two, other] = [sessions.begin('li'), sessions.begin('li'), sessions.begin('bo')];
  sessions.endAllOf('li');
  assert.deepEqual(
    [one, two, other].map(({ id }) => sessions.get(id)?.account),
    [undefined, undefined, 'bo'],
  );
});

test('LoginSessions holds at most 1000: the oldest goes', () => {
  const sessions = new LoginSessions(() => 0);
  const first = sessions.begin('li');
  const second = sessions.begin('li');
  for (let more = 0; more < 999; more++) sessions.begin('bo');
  assert.equal(sessions.size, 1000);
  assert.equal(sessions.get(first.id), undefined);
  assert.equal(sessions.get(second.id)?.account, 'li');
});

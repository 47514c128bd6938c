import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CHARACTERS_MAX,
  DecisionCache,
  DELIVERY,
  isAllowed,
  isKnown,
  publishQuestion,
  TOPICS_MAX,
} from './decision-cache.js';

const QUESTIONS = [
  ...([0, 1, 2] as const).flatMap((qos) => [
    publishQuestion(qos, false),
    publishQuestion(qos, true),
  ]),
  DELIVERY,
];

test('DecisionCache knows the kinds of questions apart', () => {
  assert.equal(new Set(QUESTIONS).size, 7);
  for (const asked of QUESTIONS) {
    for (const allowed of [true, false]) {
      const cache = new DecisionCache();
      cache.put('t', cache.get('t', 1), asked, allowed);
      const bits = cache.get('t', 1);
      for (const other of QUESTIONS) {
        assert.equal(isKnown(bits, other), other === asked);
        assert.equal(isAllowed(bits, other), other === asked && allowed);
      }
    }
  }
});

test('DecisionCache adds what is decided later about the same topic', () => {
  const cache = new DecisionCache();
  cache.put('t', cache.get('t', 1), 0, true);
  cache.put('t', cache.get('t', 1), DELIVERY, false);
  const bits = cache.get('t', 1);
  assert.deepEqual(
    [isAllowed(bits, 0), isKnown(bits, DELIVERY), isAllowed(bits, DELIVERY)],
    [true, true, false],
  );
  assert.equal(cache.size, 1);
});

test('DecisionCache forgets what was decided under other rules', () => {
  const cache = new DecisionCache();
  cache.put('t', cache.get('t', 1), 0, true);
  assert.equal(cache.get('t', 2), 0);
  assert.equal(cache.size, 0);
});

test('DecisionCache is bounded in topics', () => {
  const cache = new DecisionCache();
  for (let at = 0; at < 3 * TOPICS_MAX; at++) {
    cache.put(`${at}`, cache.get(`${at}`, 1), 0, true);
    assert.ok(cache.size <= TOPICS_MAX);
    assert.ok(isKnown(cache.get(`${at}`, 1), 0));
  }
});

test('DecisionCache is bounded in characters', () => {
  const cache = new DecisionCache();
  const topic = (at: number) => `${at}`.padStart(CHARACTERS_MAX / 4, '-');
  for (let at = 0; at < 40; at++) {
    cache.put(topic(at), cache.get(topic(at), 1), 0, true);
    assert.ok(cache.size <= 4);
  }
  const tooLong = '-'.repeat(CHARACTERS_MAX + 1);
  cache.put(tooLong, cache.get(tooLong, 1), 0, true);
  assert.equal(cache.get(tooLong, 1), 0);
});

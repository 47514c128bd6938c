import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clauseOf, commonProblem } from './topic-problem.js';

test('commonProblem() counts bytes, not characters', () => {
  assert.equal(commonProblem('鵊'.repeat(21_845)), undefined); // 65,535 bytes
  assert.equal(clauseOf(commonProblem('鵊'.repeat(21_846))!), 'MQTT-4.7.3-3');
  assert.equal(commonProblem('🐦'.repeat(16_383)), undefined); // 65,532 bytes
  assert.equal(clauseOf(commonProblem('🐦'.repeat(16_384))!), 'MQTT-4.7.3-3');
});

test('commonProblem() tells pairs of surrogates from lone ones', () => {
  for (const text of ['🐦', 'a🐦🐦b', '\u{10FFFF}']) assert.equal(commonProblem(text), undefined);
  for (const text of ['\uD83D', '\uDC26', '\uDC26\uD83D', 'a\uD83Db', '🐦\uDC26', '\uD83D🐦']) {
    assert.equal(clauseOf(commonProblem(text)!), 'MQTT-1.5.3-1');
  }
});

test('commonProblem() finds what is empty and what holds U+0000', () => {
  assert.equal(clauseOf(commonProblem('')!), 'MQTT-4.7.3-1');
  assert.equal(clauseOf(commonProblem('a\0b')!), 'MQTT-4.7.3-2');
});

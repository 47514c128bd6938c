import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commonProblem } from './topic-problem.js';

test('commonProblem() counts bytes, not characters', () => {
  assert.equal(commonProblem('鵊'.repeat(21_845)), undefined); // 65,535 bytes
  assert.equal(commonProblem('鵊'.repeat(21_846))?.clause, 'MQTT-4.7.3-3');
  assert.equal(commonProblem('🐦'.repeat(16_383)), undefined); // 65,532 bytes
  assert.equal(commonProblem('🐦'.repeat(16_384))?.clause, 'MQTT-4.7.3-3');
});

test('commonProblem() tells pairs of surrogates from lone ones', () => {
  for (const text of ['🐦', 'a🐦🐦b', '\u{10FFFF}']) assert.equal(commonProblem(text), undefined);
  for (const text of ['\uD83D', '\uDC26', '\uDC26\uD83D', 'a\uD83Db', '🐦\uDC26', '\uD83D🐦']) {
    assert.equal(commonProblem(text)?.clause, 'MQTT-1.5.3-1');
  }
});

test('commonProblem() finds what is empty and what holds U+0000', () => {
  assert.equal(commonProblem('')?.clause, 'MQTT-4.7.3-1');
  assert.equal(commonProblem('a\0b')?.clause, 'MQTT-4.7.3-2');
});

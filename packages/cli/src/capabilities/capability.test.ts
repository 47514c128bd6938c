import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CAPABILITIES, told, tried, unknown } from './capability.js';

test('CAPABILITIES have different words in each language', () => {
  for (const language of ['en', 'zh'] as const) {
    const words = Object.values(CAPABILITIES).map((names) => names[language]);
    assert.equal(new Set(words).size, words.length);
    assert.ok(words.every((text) => text.length > 0));
  }
});

test('a capability says how it was found out, or why it was not', () => {
  assert.equal(tried('will', true).how, 'tried');
  assert.equal(told('server', 'x').how, 'told');
  const { value, why } = unknown('will', 'it is late');
  assert.deepEqual({ value, why }, { value: null, why: 'it is late' });
});

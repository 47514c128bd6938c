import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  cutFields,
  FIELD_CHARACTERS_MAX,
  safeFields,
  safeJsonLine,
  safeText,
} from './safe-log-line.js';

/** Every character that a terminal or a reader could be fooled by. */
const UNSAFE = Array.from({ length: 0x20 }, (_, code) => code)
  .concat(Array.from({ length: 0x21 }, (_, index) => 0x7f + index))
  .concat([0x2028, 0x2029, 0x200e, 0x200f, 0x202a, 0x202e, 0x2066, 0x2069])
  .map((code) => String.fromCharCode(code));

test('safeText() writes every unsafe character as an escape', () => {
  for (const character of UNSAFE) assert.match(safeText(character), /^\\u[0-9a-f]{4}$/);
});

test('safeText() keeps what people write', () => {
  const text = 'sensor/温度 – "a" \\ 🐦';
  assert.equal(safeText(text), text);
});

test('safeJsonLine() leaves no unsafe character in a line, and its value as it is', () => {
  const value = { clientId: `a${UNSAFE.join('')}b`, nested: [{ text: '\u009b' }] };
  const line = safeJsonLine(JSON.stringify(value));
  for (const character of UNSAFE) assert.ok(!line.includes(character));
  assert.deepEqual(JSON.parse(line), value);
});

test('safeFields() escapes texts and keys at every depth', () => {
  assert.deepEqual(safeFields({ 'k\u001b': ['\n', { a: '\u202e' }], n: 1, t: true, z: null }), {
    'k\\u001b': ['\\u000a', { a: '\\u202e' }],
    n: 1,
    t: true,
    z: null,
  });
});

test('safeFields() keeps the line breaks of a stack and nothing else of it', () => {
  const err = { message: 'a\nb', stack: 'Error: a\n    at b\u001b[2J\r' };
  assert.deepEqual(safeFields({ err }), {
    err: { message: 'a\\u000ab', stack: 'Error: a\n    at b\\u001b[2J\\u000d' },
  });
});

test('cutFields() leaves fields that fit as they are, the object included', () => {
  const fields = { clientId: 'a'.repeat(FIELD_CHARACTERS_MAX), port: 1, err: new Error('x') };
  assert.equal(cutFields(fields), fields);
});

test('cutFields() cuts what is longer, and says how long it was', () => {
  assert.deepEqual(cutFields({ clientId: 'a'.repeat(65_535), port: 1 }), {
    clientId: `${'a'.repeat(FIELD_CHARACTERS_MAX)}… (65535 characters)`,
    port: 1,
  });
});

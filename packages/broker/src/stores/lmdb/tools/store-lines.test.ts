import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectFirstLine, FIRST_LINE, parseLine } from './store-lines.js';

test('parseLine() gives back what a line says', () => {
  const line = { type: 'released', clientId: 'ü', sequence: 2 ** 40 } as const;
  assert.deepEqual(parseLine(JSON.stringify(line)), line);
});

test('parseLine() says where a line is wrong', () => {
  assert.throws(() => parseLine('{"type":"received","clientId":"c","packetId":0}'), {
    message: /^packetId: .*1/,
  });
  assert.throws(() => parseLine('['), { message: /^it is no JSON: / });
});

test('expectFirstLine() takes the first line of an export, and no other', () => {
  expectFirstLine(JSON.stringify(FIRST_LINE));
  assert.throws(() => expectFirstLine('{"magpie":"store"}'), /does not begin as an export/);
  assert.throws(() => expectFirstLine('{"magpie":"store","version":7}'), /it has version 7/);
});

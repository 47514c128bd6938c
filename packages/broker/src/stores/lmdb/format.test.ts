import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FORMAT, FORMAT_NUMBER, prepareFormat } from './format.js';
import { numberKey } from './keys.js';
import { MemoryEngine } from './memory-engine.testing.js';

test('prepareFormat() gives an empty store its format, and knows it again', async () => {
  const engine = new MemoryEngine();
  await prepareFormat(engine);
  await prepareFormat(engine);
});

test('prepareFormat() refuses a newer format and says what to do', async () => {
  const engine = new MemoryEngine();
  engine.put('meta', FORMAT, numberKey(FORMAT_NUMBER + 1));
  await assert.rejects(
    prepareFormat(engine),
    /^Error: It has format 2, and this version of Magpie reads format 1: use the version that/,
  );
});

test('prepareFormat() refuses a store that does not say its format', async () => {
  const engine = new MemoryEngine();
  engine.put('messages', numberKey(1), Buffer.from('something'));
  await assert.rejects(
    prepareFormat(engine),
    /does not say its format: it is damaged, or no store/,
  );
});

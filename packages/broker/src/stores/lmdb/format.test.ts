import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FORMAT, FORMAT_NUMBER, NEXT_SESSION, prepareFormat } from './format.js';
import { numberKey } from './keys.js';
import { MemoryEngine } from './memory-engine.testing.js';

test('prepareFormat() gives an empty store the format of this version', async () => {
  const engine = new MemoryEngine();
  await prepareFormat(engine);
  const written = engine.tables.get('meta')?.get(FORMAT.toString('hex'));
  assert.deepEqual(written, numberKey(FORMAT_NUMBER));
  await prepareFormat(engine);
  assert.equal(engine.writes.length, 1);
});

test('prepareFormat() refuses a newer format, and writes nothing', async () => {
  const engine = new MemoryEngine();
  engine.put('meta', FORMAT, numberKey(FORMAT_NUMBER + 1));
  await assert.rejects(prepareFormat(engine), {
    message:
      'It has format 4, and this version of Magpie reads format 3: use the version that wrote it, '
      + 'or a newer one',
  });
  assert.equal(engine.writes.length, 0);
});

for (const table of ['meta', 'sessions', 'messages', 'retained'] as const) {
  test(`prepareFormat() refuses a store without a format with something in ${table}`, async () => {
    const engine = new MemoryEngine();
    engine.put(table, NEXT_SESSION, numberKey(1));
    await assert.rejects(prepareFormat(engine), /does not say its format/);
    assert.equal(engine.writes.length, 0);
  });
}

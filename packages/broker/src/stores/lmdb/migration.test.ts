import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Message } from '../../model/message.js';
import { FORMAT, prepareFormat } from './format.js';
import { numberKey, textKey } from './keys.js';
import { loadState } from './load-state.js';
import { MemoryEngine } from './memory-engine.testing.js';
import { migrateFormat1 } from './migration.js';
import { type RecipientRecord, writeMessage } from './records.js';
import { WriteBatch } from './write-batch.js';

/** A store of format 1 that retains a message on each of these topics. */
async function engineOf(
  topics: readonly string[],
  recipients: readonly RecipientRecord[] = [],
): Promise<MemoryEngine> {
  const engine = new MemoryEngine();
  const batch = new WriteBatch();
  batch.put('meta', FORMAT, numberKey(1));
  for (const topic of topics) {
    batch.beginPut('retained');
    batch.raw(textKey(topic));
    batch.beginValue();
    const message = Message.of({ topic, payload: Buffer.from('m'), qos: 1, retain: true });
    writeMessage(batch, message, recipients);
    batch.end();
  }
  await engine.write([batch.take()]);
  return engine;
}

async function retained(engine: MemoryEngine): Promise<string[]> {
  const { state } = await loadState(engine);
  return state.retained.map(({ message, change }) => `${message.topic} ${change}`);
}

test('migrateFormat1() numbers retained messages', async () => {
  const engine = await engineOf(['b', 'c', 'a']);
  await migrateFormat1(engine);
  assert.deepEqual(await retained(engine), ['a 1', 'b 2', 'c 3']);
});

for (let writes = 0; writes < 4; writes++) {
  test(`prepareFormat() finishes a migration that ended after ${writes} writes`, async () => {
    const engine = await engineOf(['b', 'c', 'a']);
    engine.failAfter(writes, new Error('I/O error'));
    await assert.rejects(prepareFormat(engine));
    engine.failure = undefined;
    await prepareFormat(engine);
    assert.deepEqual(await retained(engine), ['a 1', 'b 2', 'c 3']);
    const format = engine.tables.get('meta')?.get(FORMAT.toString('hex'));
    assert.deepEqual(format, numberKey(3));
  });
}

test('migrateFormat1() names a record that makes no sense', async () => {
  const recipient = { session: 1, sequence: 1, qos: 1, retained: false } as const;
  const engine = await engineOf(['a'], [recipient]);
  await assert.rejects(migrateFormat1(engine), {
    message: 'The record 0161 of table retained is damaged: it has recipients',
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Message } from '../../model/message.js';
import { numberKey } from './keys.js';
import { MemoryEngine } from './memory-engine.testing.js';
import { PageReader } from './page-reader.js';
import { writeMessage } from './records.js';
import { SessionProgress } from './session-progress.js';
import { UnwrittenMessages } from './unwritten-messages.js';
import { WriteBatch } from './write-batch.js';

/** A session with messages on disk and in memory, arrival `n` with sequence number `10 * n`. */
class World {
  readonly engine = new MemoryEngine();
  readonly unwritten = new UnwrittenMessages();
  readonly session = new SessionProgress(7);
  readonly reader = new PageReader(this.engine, this.unwritten);

  async onDisk(arrival: number, payload = String(arrival)): Promise<void> {
    const batch = new WriteBatch();
    batch.beginPut('messages');
    batch.number(arrival);
    batch.beginValue();
    const recipient = { session: 7, sequence: 10 * arrival, qos: 1, retained: false } as const;
    writeMessage(batch, messageOf(payload), [recipient]);
    batch.end();
    await this.engine.write([batch.take()]);
    this.session.add(10 * arrival, arrival, 1, false);
  }

  inMemory(arrival: number): void {
    this.unwritten.add(arrival, messageOf(String(arrival)), []);
    this.session.add(10 * arrival, arrival, 1, false);
  }

  async read(from = 0, messagesMax = 10, bytesMax = 1000): Promise<string[]> {
    const page = await this.reader.read(this.session, from, messagesMax, bytesMax);
    return [...page].map(({ sequence, message }) => {
      return `${sequence}=${Buffer.from(message.payload).toString().slice(0, 5)}`;
    });
  }
}

function messageOf(payload: string): Message {
  return Message.of({ topic: 't', payload: Buffer.from(payload), qos: 1, retain: false });
}

test('PageReader puts what is on disk and what is not into one order', async () => {
  const world = new World();
  for (const arrival of [1, 2]) await world.onDisk(arrival);
  for (const arrival of [3, 4]) world.inMemory(arrival);
  assert.deepEqual(await world.read(), ['10=1', '20=2', '30=3', '40=4']);
  assert.deepEqual(await world.read(11, 2), ['20=2', '30=3']);
});

test('PageReader asks the engine for nothing that is in memory', async () => {
  const world = new World();
  world.inMemory(1);
  world.engine.fetch = () => assert.fail('it was asked');
  assert.deepEqual(await world.read(), ['10=1']);
});

test('PageReader gives what the engine had no room for with the next page', async () => {
  const world = new World();
  for (const arrival of [1, 2, 3]) await world.onDisk(arrival, 'x'.repeat(2000));
  world.inMemory(4);
  assert.deepEqual(await world.read(0, 10, 10), ['10=xxxxx']);
  assert.deepEqual(await world.read(0, 10, 4100), ['10=xxxxx', '20=xxxxx']);
  assert.deepEqual(await world.read(30, 10, 4100), ['30=xxxxx', '40=4']);
});

test('PageReader reads a message once that the session has several times', async () => {
  const world = new World();
  await world.onDisk(1, 'x'.repeat(2000));
  for (const sequence of [11, 12]) world.session.add(sequence, 1, 1, false);
  await world.onDisk(2);
  assert.deepEqual(await world.read(0, 10, 10), ['10=xxxxx']);
  assert.deepEqual(await world.read(11, 10, 10), ['11=xxxxx']);
  assert.deepEqual(await world.read(0, 10, 6100), ['10=xxxxx', '11=xxxxx', '12=xxxxx', '20=2']);
});

test('PageReader leaves out what is settled and removed while it reads', async () => {
  const world = new World();
  for (const arrival of [1, 2, 3]) await world.onDisk(arrival);
  const reading = world.read();
  world.session.settle(20);
  world.engine.tables.get('messages')?.delete(Buffer.from(numberKey(2)).toString('hex'));
  assert.deepEqual(await reading, ['10=1', '30=3']);
});

test('PageReader keeps a message that becomes safe while it reads', async () => {
  const world = new World();
  await world.onDisk(1);
  world.inMemory(2);
  world.unwritten.collect();
  const reading = world.read();
  world.unwritten.written(1);
  assert.deepEqual(await reading, ['10=1', '20=2']);
});

test('PageReader names the record that is missing or damaged', async () => {
  const world = new World();
  for (const arrival of [1, 2]) await world.onDisk(arrival);
  const messages = world.engine.tables.get('messages');
  messages?.set(Buffer.from(numberKey(2)).toString('hex'), Buffer.of(0xff));
  await assert.rejects(
    world.read(),
    /The record 0000000000000002 of table messages is damaged: it/,
  );
  messages?.clear();
  await assert.rejects(world.read(), {
    message: 'The record 0000000000000001 of table messages is damaged: it is missing',
  });
});

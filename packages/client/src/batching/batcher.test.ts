import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../model/manual-clock.testing.js';
import { Batcher, type BatcherOptions } from './batcher.js';
import { unpackBatch } from './unpack-batch.js';

interface World {
  readonly batcher: Batcher;
  readonly clock: ManualClock;
  /** `topic@qos=reading,reading` of each message. */
  readonly published: string[];
  /** Ends the publish of each message, in order. */
  readonly settle: ((error?: Error) => void)[];
}

function worldOf(options: BatcherOptions = {}): World {
  const clock = new ManualClock();
  const published: string[] = [];
  const settle: ((error?: Error) => void)[] = [];
  const publisher = {
    publish(topic: string, payload: Uint8Array, { qos }: { qos: number }): Promise<void> {
      const readings = unpackBatch(payload).map((bytes) => Buffer.from(bytes).toString());
      published.push(`${topic}@${qos}=${readings.join()}`);
      return new Promise((resolve, reject) => {
        settle.push((error) => (error === undefined ? resolve() : reject(error)));
      });
    },
  };
  return { batcher: new Batcher(publisher, options, clock), clock, published, settle };
}

test('Batcher.add() publishes a batch when it is full, at the QoS of the options', () => {
  const { batcher, published } = worldOf({ batchReadingsMax: 2, qos: 1 });
  for (const reading of ['1', '2', '3']) void batcher.add('t', reading);
  assert.deepEqual(published, ['t@1=1,2']);
});

test('Batcher publishes a batch when its first reading has waited long enough', () => {
  const { batcher, clock, published } = worldOf({ delayMs: 100 });
  void batcher.add('a', '1');
  clock.advance(60);
  void batcher.add('b', '2');
  void batcher.add('a', '3');
  clock.advance(39);
  assert.deepEqual(published, []);
  clock.advance(1);
  assert.deepEqual(published, ['a@0=1,3']);
  clock.advance(60);
  assert.deepEqual(published, ['a@0=1,3', 'b@0=2']);
  assert.equal(clock.armed, 0);
});

test('Batcher arms one timer, and none when nothing waits', () => {
  const { batcher, clock } = worldOf({ batchReadingsMax: 2 });
  void batcher.add('a', '1');
  void batcher.add('b', '1');
  assert.equal(clock.armed, 1);
  void batcher.add('a', '2');
  void batcher.add('b', '2');
  assert.equal(clock.armed, 0);
});

test('Batcher.add() resolves when the batch was published, rejects if it was not', async () => {
  const { batcher, settle } = worldOf({ batchReadingsMax: 2 });
  const good = [batcher.add('t', '1'), batcher.add('t', '2')];
  const bad = [batcher.add('t', '3'), batcher.add('t', '4')];
  settle[0]!();
  settle[1]!(new Error('outbox full'));
  await Promise.all(good);
  for (const promise of bad) await assert.rejects(promise, /outbox full/);
});

test('Batcher.flush() waits for all that was published', async () => {
  const { batcher, published, settle } = worldOf({ batchReadingsMax: 2 });
  for (const reading of ['1', '2', '3']) void batcher.add('t', reading);
  let flushed = false;
  const flush = batcher.flush().then(() => (flushed = true));
  assert.deepEqual(published, ['t@0=1,2', 't@0=3']);
  settle[1]!();
  await Promise.resolve();
  assert.equal(flushed, false);
  settle[0]!();
  await flush;
});

test('Batcher publishes what waits when it ends, and takes nothing more', async () => {
  const { batcher, clock, published, settle } = worldOf();
  void batcher.add('t', '1');
  const ended = batcher[Symbol.asyncDispose]();
  settle[0]!();
  await ended;
  assert.deepEqual([published, clock.armed], [['t@0=1'], 0]);
  assert.throws(() => batcher.add('t', '2'), {
    name: 'TypeError',
    message: 'This batcher has ended: make a new one',
  });
});

for (const [options, message] of [
  [{ batchBytesMax: 0 }, 'batchBytesMax must be a number from 1 to Infinity: it is 0'],
  [
    { batchReadingsMax: Number.NaN },
    'batchReadingsMax must be a number from 1 to Infinity: it is NaN',
  ],
  [{ delayMs: -1 }, 'delayMs must be a number from 0 to Infinity: it is -1'],
  [{ openBatchesMax: 0 }, 'openBatchesMax must be a number from 1 to Infinity: it is 0'],
] as const) {
  test(`Batcher refuses ${JSON.stringify(options)}`, () => {
    assert.throws(() => worldOf(options), { name: 'RangeError', message });
  });
}

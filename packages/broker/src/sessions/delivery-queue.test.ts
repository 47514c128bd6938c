import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DeliveryQueue, QueueTotals } from './delivery-queue.js';

interface Item {
  readonly name: number;
  readonly bytes: number;
}

const ROOMY = {
  queuedMessagesMax: 1_000_000,
  queuedBytesMax: 1_000_000_000,
  queuedMessagesTotalMax: 1_000_000,
  queuedBytesTotalMax: 1_000_000_000,
};

function queueOf(limits: Partial<typeof ROOMY> = {}, totals = new QueueTotals()) {
  return new DeliveryQueue<Item>({ ...ROOMY, ...limits }, totals);
}

function counted({ messages, bytes }: QueueTotals): [messages: number, bytes: number] {
  return [messages, bytes];
}

test('DeliveryQueue gives first what came first', () => {
  const queue = queueOf();
  for (const name of [1, 2, 3]) queue.push({ name, bytes: 10 });
  assert.equal(queue.peek()?.name, 1);
  assert.equal(queue.peek()?.name, 1);
  assert.deepEqual([queue.shift()?.name, queue.shift()?.name], [1, 2]);
  assert.deepEqual([queue.length, queue.bytes], [1, 10]);
});

test('DeliveryQueue has nothing to give when it is empty', () => {
  const queue = queueOf();
  assert.deepEqual(
    [queue.peek(), queue.shift(), queue.length, queue.bytes],
    [undefined, undefined, 0, 0],
  );
  queue.push({ name: 1, bytes: 1 });
  queue.shift();
  assert.deepEqual(
    [queue.peek(), queue.shift(), queue.length, queue.bytes],
    [undefined, undefined, 0, 0],
  );
});

/** Each limit with two items of 10 bytes in this queue, and one of 10 bytes in another. */
const limits: readonly (readonly [
  limit: Partial<typeof ROOMY>,
  fits: [bytes: number, boolean][],
])[] = [
  [{ queuedMessagesMax: 3 }, [[1000, true]]],
  [{ queuedMessagesMax: 2 }, [[0, false]]],
  [{ queuedMessagesMax: 0 }, [[0, false]]],
  [
    { queuedBytesMax: 30 },
    [
      [10, true],
      [11, false],
    ],
  ],
  [{ queuedMessagesTotalMax: 4 }, [[1000, true]]],
  [{ queuedMessagesTotalMax: 3 }, [[0, false]]],
  [
    { queuedBytesTotalMax: 40 },
    [
      [10, true],
      [11, false],
    ],
  ],
];

for (const [limit, expected] of limits) {
  test(`DeliveryQueue.fits() within ${JSON.stringify(limit)}`, () => {
    const totals = new QueueTotals();
    const queue = queueOf(limit, totals);
    queueOf({}, totals).push({ name: 9, bytes: 10 });
    for (const name of [1, 2]) queue.push({ name, bytes: 10 });
    for (const [bytes, fits] of expected) assert.equal(queue.fits(bytes), fits, `${bytes} bytes`);
  });
}

test('DeliveryQueue.fitsAlone() says whether it would fit into this queue if it were empty', () => {
  const cases: readonly (readonly [limit: Partial<typeof ROOMY>, bytes: number, fits: boolean])[] =
    [
      [{ queuedMessagesMax: 2 }, 1000, true],
      [{ queuedMessagesMax: 0 }, 0, false],
      [{ queuedBytesMax: 20 }, 20, true],
      [{ queuedBytesMax: 20 }, 21, false],
      [{ queuedMessagesTotalMax: 2 }, 1000, true],
      [{ queuedMessagesTotalMax: 1 }, 0, false],
      [{ queuedBytesTotalMax: 30 }, 20, true],
      [{ queuedBytesTotalMax: 30 }, 21, false],
    ];
  for (const [limit, bytes, fits] of cases) {
    const totals = new QueueTotals();
    const queue = queueOf(limit, totals);
    queueOf({}, totals).push({ name: 9, bytes: 10 });
    for (const name of [1, 2]) queue.push({ name, bytes: 10 });
    assert.equal(queue.fitsAlone(bytes), fits, `${JSON.stringify(limit)}: ${bytes} bytes`);
  }
});

test('DeliveryQueue.remove() takes out what is unwanted and leaves the others in order', () => {
  const totals = new QueueTotals();
  const queue = queueOf({}, totals);
  for (let name = 0; name < 10; name++) queue.push({ name, bytes: name });
  queue.shift();
  assert.deepEqual(
    queue.remove(() => false),
    [],
  );
  const removed = queue.remove(({ name }) => name % 3 === 0);
  assert.deepEqual(
    removed.map(({ name }) => name),
    [3, 6, 9],
  );
  assert.deepEqual([queue.length, queue.bytes], [6, 1 + 2 + 4 + 5 + 7 + 8]);
  assert.deepEqual(counted(totals), [6, 27]);
  queue.push({ name: 10, bytes: 0 });
  const names: number[] = [];
  for (let item = queue.shift(); item !== undefined; item = queue.shift()) names.push(item.name);
  assert.deepEqual(names, [1, 2, 4, 5, 7, 8, 10]);
});

test('DeliveryQueue.fits() again once something was taken', () => {
  const totals = new QueueTotals();
  const other = queueOf({}, totals);
  const queue = queueOf({ queuedMessagesTotalMax: 1, queuedBytesTotalMax: 10 }, totals);
  other.push({ name: 1, bytes: 10 });
  assert.equal(queue.fits(1), false);
  other.shift();
  assert.equal(queue.fits(10), true);
});

test('DeliveryQueue counts in the totals what all queues hold together', () => {
  const totals = new QueueTotals();
  const [one, other] = [queueOf({}, totals), queueOf({}, totals)];
  one.push({ name: 1, bytes: 5 });
  other.push({ name: 2, bytes: 7 });
  other.push({ name: 3, bytes: 0 });
  assert.deepEqual(counted(totals), [3, 12]);
  other.shift();
  assert.deepEqual(counted(totals), [2, 5]);
  while (one.shift() !== undefined || other.shift() !== undefined);
  assert.deepEqual(counted(totals), [0, 0]);
});

test('DeliveryQueue is the same as an array, however long', () => {
  const step = fc.record({
    push: fc.boolean(),
    count: fc.oneof(fc.nat(5), fc.integer({ min: 0, max: 3000 })),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const totals = new QueueTotals();
      const queue = queueOf({}, totals);
      const model: Item[] = [];
      let name = 0;
      for (const { push, count } of steps) {
        for (let time = 0; time < count; time++) {
          if (push) {
            const item = { name: name++, bytes: name % 7 };
            queue.push(item);
            model.push(item);
          } else {
            assert.equal(queue.peek(), model[0]);
            assert.equal(queue.shift(), model.shift());
          }
        }
        const bytes = model.reduce((sum, item) => sum + item.bytes, 0);
        assert.deepEqual([queue.length, queue.bytes], [model.length, bytes]);
        assert.deepEqual(counted(totals), [model.length, bytes]);
      }
    }),
    { numRuns: 50 },
  );
});

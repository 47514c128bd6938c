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

/** The name of an item; of a message in the store, its sequence number as a text. */
function nameOf(item: Item | { readonly sequence: number } | undefined) {
  if (item === undefined) return undefined;
  return 'name' in item ? item.name : String(item.sequence);
}

test('DeliveryQueue gives first what came first', () => {
  const queue = queueOf();
  for (const name of [1, 2, 3]) queue.push({ name, bytes: 10 });
  assert.equal(nameOf(queue.peek()), 1);
  assert.equal(nameOf(queue.peek()), 1);
  assert.deepEqual([nameOf(queue.shift()), nameOf(queue.shift())], [1, 2]);
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
  assert.deepEqual(namesIn(queue), [1, 2, 4, 5, 7, 8, 10]);
});

test('DeliveryQueue keeps the order of what is in memory and what is in the store', () => {
  const totals = new QueueTotals();
  const queue = queueOf({}, totals);
  assert.equal(queue.lastStored, -1);
  for (const sequence of [5, 6, 9]) queue.pushStored(sequence, 10);
  queue.push({ name: 1, bytes: 100 });
  for (const sequence of [20, 1000, 1001]) queue.pushStored(sequence, 1);
  assert.equal(queue.lastStored, 1001);
  assert.deepEqual([queue.length, queue.bytes], [7, 133]);
  assert.deepEqual(counted(totals), [7, 133]);
  assert.deepEqual(
    [nameOf(queue.peek()), nameOf(queue.shift()), nameOf(queue.peek())],
    ['5', '5', '6'],
  );
  assert.deepEqual([queue.length, queue.bytes], [6, 123]);
  assert.deepEqual(
    queue.remove(() => true).map(({ name }) => name),
    [1],
  );
  assert.deepEqual(namesIn(queue), ['6', '9', '20', '1000', '1001']);
  assert.deepEqual(counted(totals), [0, 0]);
});

test('DeliveryQueue.clear() gives back all that was counted', () => {
  const totals = new QueueTotals();
  const [queue, other] = [queueOf({}, totals), queueOf({}, totals)];
  queue.push({ name: 1, bytes: 5 });
  queue.pushStored(1, 7);
  other.push({ name: 2, bytes: 11 });
  queue.clear();
  assert.deepEqual([queue.length, queue.bytes, queue.peek()], [0, 0, undefined]);
  assert.deepEqual(counted(totals), [1, 11]);
});

function namesIn(queue: DeliveryQueue<Item>) {
  const names = [];
  for (let item = queue.shift(); item !== undefined; item = queue.shift()) names.push(nameOf(item));
  return names;
}

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
    stored: fc.boolean(),
    count: fc.oneof(fc.nat(5), fc.integer({ min: 0, max: 3000 })),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const totals = new QueueTotals();
      const queue = queueOf({}, totals);
      const model: { readonly name: number | string; readonly bytes: number }[] = [];
      let name = 0;
      for (const { push, stored, count } of steps) {
        for (let time = 0; time < count; time++) {
          const bytes = name++ % 7;
          if (push && stored) {
            queue.pushStored(name, bytes);
            model.push({ name: String(name), bytes });
          } else if (push) {
            queue.push({ name, bytes });
            model.push({ name, bytes });
          } else {
            const first = model.shift();
            assert.equal(nameOf(queue.peek()), first?.name);
            const shifted = queue.shift();
            assert.deepEqual([nameOf(shifted), shifted?.bytes], [first?.name, first?.bytes]);
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

test('DeliveryQueue.items() shows all, and passes over what is taken out meanwhile', () => {
  const queue = queueOf();
  for (const name of [1, 2, 3]) queue.push({ name, bytes: 1 });
  queue.pushStored(4, 1);
  queue.pushStored(5, 1);
  assert.deepEqual([...queue.items()].map(nameOf), [1, 2, 3, '4']);
  const walk = queue.items();
  const first = walk.next();
  assert.ok(first.done !== true && nameOf(first.value) === 1);
  queue.shift();
  queue.shift();
  assert.deepEqual([...walk].map(nameOf), [3, '4']);
  assert.deepEqual([...queueOf().items()], []);
});

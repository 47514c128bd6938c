import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  BATCH_LIMITS,
  type BatchLimits,
  BatcherMachine,
  type ReadyBatch,
} from './batcher-machine.js';
import { unpackBatch } from './unpack-batch.js';

type Step = readonly [nowMs: number, topic: string, reading: string];

function machineOf(limits: Partial<BatchLimits>): BatcherMachine<object> {
  return new BatcherMachine({ ...BATCH_LIMITS, ...limits }, () => ({}));
}

/** `topic=reading,reading` of each batch. */
function shown(batches: readonly ReadyBatch<unknown>[]): string[] {
  return batches.map(({ topic, payload }) => {
    const readings = unpackBatch(payload).map((bytes) => Buffer.from(bytes).toString());
    return `${topic}=${readings.join()}`;
  });
}

const cases: readonly {
  readonly rule: string;
  readonly limits: Partial<BatchLimits>;
  readonly steps: readonly Step[];
  readonly ready: readonly string[];
  readonly nextTimeoutMs: number | undefined;
}[] = [
  {
    rule: 'keeps readings until their time has come',
    limits: { delayMs: 100 },
    steps: [
      [0, 'a', '1'],
      [50, 'a', '2'],
    ],
    ready: [],
    nextTimeoutMs: 100,
  },
  {
    rule: 'closes a batch that has all the readings it may have',
    limits: { batchReadingsMax: 2 },
    steps: [
      [0, 'a', '1'],
      [0, 'a', '2'],
      [1, 'a', '3'],
    ],
    ready: ['a=1,2'],
    nextTimeoutMs: 101,
  },
  {
    rule: 'closes a batch that the next reading would make too large',
    limits: { batchBytesMax: 8 }, // header 3; "123" takes 4
    steps: [
      [0, 'a', '123'],
      [0, 'a', '4'],
    ],
    ready: ['a=123'],
    nextTimeoutMs: 100,
  },
  {
    rule: 'closes a batch that has exactly its size',
    limits: { batchBytesMax: 7 },
    steps: [[0, 'a', '123']],
    ready: ['a=123'],
    nextTimeoutMs: undefined,
  },
  {
    rule: 'sends a reading above the size alone, behind what came before it',
    limits: { batchBytesMax: 10 },
    steps: [
      [0, 'a', '1'],
      [0, 'a', 'a long reading'],
    ],
    ready: ['a=1', 'a=a long reading'],
    nextTimeoutMs: undefined,
  },
  {
    rule: 'keeps topics apart',
    limits: { batchReadingsMax: 2 },
    steps: [
      [0, 'a', '1'],
      [1, 'b', '2'],
      [2, 'b', '3'],
    ],
    ready: ['b=2,3'],
    nextTimeoutMs: 100,
  },
  {
    rule: 'closes the oldest batch when too many topics have one',
    limits: { openBatchesMax: 2 },
    steps: [
      [0, 'a', '1'],
      [1, 'b', '2'],
      [2, 'c', '3'],
    ],
    ready: ['a=1'],
    nextTimeoutMs: 101,
  },
  {
    rule: 'packs one reading a message if nothing may wait',
    limits: { delayMs: 0 },
    steps: [
      [0, 'a', '1'],
      [0, 'a', '2'],
    ],
    ready: ['a=1', 'a=2'],
    nextTimeoutMs: undefined,
  },
];

for (const { rule, limits, steps, ready, nextTimeoutMs } of cases) {
  test(`BatcherMachine.add() ${rule}`, () => {
    const machine = machineOf(limits);
    const out: ReadyBatch<object>[] = [];
    for (const [nowMs, topic, reading] of steps) machine.add(topic, reading, nowMs, out);
    assert.deepEqual(shown(out), ready);
    assert.equal(machine.nextTimeoutMs, nextTimeoutMs);
  });
}

test('BatcherMachine.tick() closes what has waited long enough, oldest first', () => {
  const machine = machineOf({ delayMs: 100 });
  const out: ReadyBatch<object>[] = [];
  for (const [nowMs, topic] of [
    [0, 'a'],
    [10, 'b'],
    [20, 'c'],
  ] as const) {
    machine.add(topic, String(nowMs), nowMs, out);
  }
  machine.tick(99, out);
  assert.deepEqual(shown(out), []);
  machine.tick(110, out);
  assert.deepEqual(shown(out), ['a=0', 'b=10']);
  assert.equal(machine.nextTimeoutMs, 120);
});

test('BatcherMachine.flush() closes all', () => {
  const machine = machineOf({});
  const out: ReadyBatch<object>[] = [];
  machine.add('a', '1', 0, out);
  machine.add('b', '2', 0, out);
  assert.deepEqual([machine.openBatches, machine.waitingBytes], [2, 10]);
  machine.flush(out);
  assert.deepEqual(shown(out), ['a=1', 'b=2']);
  assert.deepEqual([machine.openBatches, machine.waitingBytes], [0, 0]);
  assert.equal(machine.nextTimeoutMs, undefined);
});

test('BatcherMachine.add() gives all readings of one batch the same waiter', () => {
  const machine = machineOf({ batchReadingsMax: 2 });
  const out: ReadyBatch<object>[] = [];
  const [first, second, third] = ['1', '2', '3'].map((text) => machine.add('a', text, 0, out));
  assert.equal(first, second);
  assert.notEqual(second, third);
  assert.equal(out[0]?.waiter, first);
});

test('BatcherMachine.add() that refuses a reading leaves the batch as it was', () => {
  const machine = machineOf({});
  const out: ReadyBatch<object>[] = [];
  machine.add('a', '1', 0, out);
  const tooLong = { length: 268_435_456 } as Uint8Array;
  assert.throws(() => machine.add('a', tooLong, 0, out), RangeError);
  machine.flush(out);
  assert.deepEqual(shown(out), ['a=1']);
});

test('BatcherMachine loses nothing, keeps the order of each topic, stays in its limits', () => {
  const step = fc.record({
    topic: fc.constantFrom('a', 'b', 'c', 'd'),
    length: fc.nat(30),
    waitMs: fc.nat(40),
  });
  const limits = fc.record({
    batchBytesMax: fc.integer({ min: 4, max: 60 }),
    batchReadingsMax: fc.integer({ min: 1, max: 5 }),
    delayMs: fc.nat(60),
    openBatchesMax: fc.integer({ min: 1, max: 3 }),
  });
  fc.assert(
    fc.property(limits, fc.array(step, { maxLength: 60 }), (limits, steps) => {
      const machine = machineOf(limits);
      const out: ReadyBatch<object>[] = [];
      const sent = new Map<string, string[]>();
      let nowMs = 0;
      steps.forEach(({ topic, length, waitMs }, number) => {
        nowMs += waitMs;
        machine.tick(nowMs, out);
        assert.ok((machine.nextTimeoutMs ?? Infinity) > nowMs);
        const reading = `${number}${'.'.repeat(length)}`;
        sent.set(topic, [...(sent.get(topic) ?? []), reading]);
        machine.add(topic, reading, nowMs, out);
        assert.ok(machine.openBatches <= limits.openBatchesMax);
        assert.ok(machine.waitingBytes <= limits.openBatchesMax * limits.batchBytesMax);
      });
      machine.flush(out);
      const received = new Map<string, string[]>();
      for (const { topic, payload } of out) {
        const readings = unpackBatch(payload).map((bytes) => Buffer.from(bytes).toString());
        assert.ok(readings.length <= limits.batchReadingsMax);
        assert.ok(payload.length <= limits.batchBytesMax || readings.length === 1);
        received.set(topic, [...(received.get(topic) ?? []), ...readings]);
      }
      assert.deepEqual(received, sent);
    }),
  );
});

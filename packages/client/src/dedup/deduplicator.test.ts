import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Arrived, type DeduplicateOptions, Deduplicator } from './deduplicator.js';
import { sealEnvelope } from './envelope.js';

const SEED = 1;

interface Sent {
  readonly id?: string;
  readonly qos?: 0 | 1 | 2;
  readonly packetId?: number;
  readonly dup?: boolean;
}

/** A message whose payload is its application identifier, bare or in an envelope. */
function arrived({ id = '', qos = 1, packetId = 1, dup = false }: Sent, sealed = false): Arrived {
  const bytes = Buffer.from(id);
  const payload = sealed && id !== '' ? sealEnvelope(bytes, Buffer.from('x')) : bytes;
  return { qos, packetId, dup, topic: 't', payload };
}

function byPayload({ payload }: Arrived): string | undefined {
  const id = Buffer.from(payload).toString();
  if (id === 'bad') throw new SyntaxError('no identifier');
  return id === '' ? undefined : id;
}

const cases: readonly {
  readonly rule: string;
  readonly messageId?: DeduplicateOptions['messageId'];
  readonly sent: readonly Sent[];
  readonly passed: readonly number[];
  readonly counts?: object;
}[] = [
  {
    rule: 'drops a redelivery of this session',
    sent: [{ id: 'a' }, { id: 'a', dup: true }, { id: 'b', dup: true }],
    passed: [0, 2],
    counts: { redeliveries: 1, repeatedIds: 0 },
  },
  {
    rule: 'does not look for redeliveries at QoS 0 and 2',
    sent: [
      { id: 'a', qos: 2 },
      { id: 'a', qos: 2, dup: true },
      { id: 'a', qos: 0, packetId: 0 },
      { id: 'a', qos: 0, packetId: 0 },
    ],
    passed: [0, 1, 2, 3],
    counts: { redeliveries: 0, repeatedIds: 0 },
  },
  {
    rule: 'drops an identifier that a function finds again, at any QoS',
    messageId: byPayload,
    sent: [
      { id: 'a' },
      { id: 'a', packetId: 2 },
      { id: 'b', packetId: 3 },
      { id: 'a', qos: 0, packetId: 0 },
      { id: 'b', qos: 2, packetId: 4 },
    ],
    passed: [0, 2],
    counts: { redeliveries: 0, repeatedIds: 3, remembered: 2 },
  },
  {
    rule: 'passes on a message in which the function finds none or throws',
    messageId: byPayload,
    sent: [{}, { packetId: 2 }, { id: 'bad', packetId: 3 }, { id: 'bad', packetId: 4 }],
    passed: [0, 1, 2, 3],
    counts: { withoutId: 4, remembered: 0 },
  },
  {
    rule: 'drops an identifier that comes again in an envelope',
    messageId: 'envelope',
    sent: [{ id: 'a' }, { id: 'a', packetId: 2 }, { packetId: 3 }, { packetId: 4 }],
    passed: [0, 2, 3],
    counts: { repeatedIds: 1, withoutId: 2, remembered: 1 },
  },
];

for (const { rule, messageId, sent, passed, counts } of cases) {
  test(`Deduplicator ${rule}`, () => {
    const deduplicator = new Deduplicator(messageId === undefined ? {} : { messageId }, SEED);
    const handled: number[] = [];
    sent.forEach((message, number) => {
      const received = arrived(message, messageId === 'envelope');
      if (deduplicator.isDuplicate(received, number)) return;
      deduplicator.settle(received, number);
      handled.push(number);
    });
    assert.deepEqual(handled, passed);
    assert.deepEqual({ ...deduplicator.counts, ...counts }, deduplicator.counts);
  });
}

test('Deduplicator lets a message come again that was not settled', () => {
  const deduplicator = new Deduplicator({ messageId: byPayload }, SEED);
  assert.equal(deduplicator.isDuplicate(arrived({ id: 'a' }), 0), false);
  assert.equal(deduplicator.isDuplicate(arrived({ id: 'a', dup: true }), 1), false);
});

test('Deduplicator.sessionLost() forgets packet identifiers, not those of the application', () => {
  const redeliveries = new Deduplicator({}, SEED);
  redeliveries.settle(arrived({ id: 'a' }), 0);
  redeliveries.sessionLost();
  assert.equal(redeliveries.isDuplicate(arrived({ id: 'a', dup: true }), 0), false);
  const ids = new Deduplicator({ messageId: byPayload }, SEED);
  ids.settle(arrived({ id: 'a' }), 0);
  ids.sessionLost();
  assert.equal(ids.isDuplicate(arrived({ id: 'a', packetId: 9 }), 0), true);
});

test('Deduplicator remembers within its limits, and counts what it forgot for them', () => {
  const deduplicator = new Deduplicator({ messageId: byPayload, keysMax: 2, rememberMs: 10 }, SEED);
  for (const id of ['a', 'b', 'c']) deduplicator.settle(arrived({ id }), 0);
  assert.deepEqual([deduplicator.counts.evicted, deduplicator.counts.remembered], [1, 2]);
  assert.equal(deduplicator.isDuplicate(arrived({ id: 'a' }), 0), false);
  assert.equal(deduplicator.isDuplicate(arrived({ id: 'c' }), 9), true);
  assert.equal(deduplicator.isDuplicate(arrived({ id: 'c' }), 10), false);
});

for (const name of ['keysMax', 'bytesMax', 'rememberMs'] as const) {
  for (const value of [0, -1, Number.NaN]) {
    test(`Deduplicator refuses ${name} = ${value}`, () => {
      assert.throws(() => new Deduplicator({ [name]: value }, SEED), {
        name: 'RangeError',
        message: `${name} must be a number from 1 to Infinity: it is ${value}`,
      });
    });
  }
}

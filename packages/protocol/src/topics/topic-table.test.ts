import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hashBytes } from '../bytes/hash-bytes.js';
import { isFault } from '../packets/packet-cases.testing.js';
import { anyTopicName } from './any-topic.testing.js';
import { TopicTable } from './topic-table.js';

const ROOMY = { entriesMax: 1000, bytesMax: 100_000 };
const encoder = new TextEncoder();

/** Asks twice, since a name is kept from the second time on. */
function intern(table: TopicTable, name: string): string {
  const bytes = encoder.encode(`<${name}>`);
  table.intern(bytes, 1, bytes.length - 1);
  const interned = table.intern(bytes, 1, bytes.length - 1);
  bytes.fill(0); // the table must own what it keeps
  return interned;
}

test('TopicTable.intern() gives the name, however often it is asked', () => {
  const table = new TopicTable(ROOMY);
  for (const name of ['a', 'a/b', 'a', 'a/c', 'a/b', 'é/🐦', 'a/', '/a', 'é/🐦', '\uFEFF']) {
    assert.equal(intern(table, name), name);
  }
  assert.equal(table.entries, 7);
  assert.equal(table.bytes, 1 + 3 + 3 + 7 + 2 + 2 + 3);
  assert.equal(table.resets, 0);
});

test('TopicTable keeps a name from the second time on', () => {
  const table = new TopicTable(ROOMY);
  const bytes = encoder.encode('a/b');
  assert.equal(table.intern(bytes, 0, 3), 'a/b');
  assert.equal(table.entries, 0);
  assert.equal(table.intern(bytes, 0, 3), 'a/b');
  assert.equal(table.entries, 1);
});

test('TopicTable.intern() is right for all names, while it grows and resets', () => {
  const limits = fc.record({ entriesMax: fc.nat(40), bytesMax: fc.nat(300), seed: fc.integer() });
  fc.assert(
    fc.property(limits, fc.array(anyTopicName(), { maxLength: 100 }), (given, names) => {
      const table = new TopicTable(given);
      for (const name of [...names, ...names]) {
        assert.equal(intern(table, name), name);
        assert.ok(table.entries <= given.entriesMax && table.bytes <= given.bytesMax);
      }
    }),
  );
});

test('TopicTable keeps many names at one time', () => {
  const table = new TopicTable({ entriesMax: 20_000, bytesMax: 1_000_000 });
  for (let round = 0; round < 2; round++) {
    for (let number = 0; number < 10_000; number++) {
      assert.equal(intern(table, `site/${number}/t`), `site/${number}/t`);
    }
  }
  assert.equal(table.resets, 0);
  // At most half of the slots are used, so a name without a slot among its probes is rare.
  assert.ok(table.entries > 9900 && table.entries <= 10_000, `${table.entries} entries`);
});

test('TopicTable forgets everything when it has entriesMax names', () => {
  const table = new TopicTable({ entriesMax: 3, bytesMax: 1000 });
  for (const name of ['a', 'b', 'c']) intern(table, name);
  assert.deepEqual([table.entries, table.resets], [3, 0]);
  assert.equal(intern(table, 'd'), 'd');
  assert.deepEqual([table.entries, table.bytes, table.resets], [1, 1, 1]);
  assert.equal(intern(table, 'a'), 'a');
  assert.equal(intern(table, 'd'), 'd');
  assert.deepEqual([table.entries, table.bytes, table.resets], [2, 2, 1]);
});

test('TopicTable forgets everything when it has bytesMax bytes', () => {
  const table = new TopicTable({ entriesMax: 100, bytesMax: 10 });
  intern(table, 'a/b/c');
  intern(table, 'a/b/d');
  assert.deepEqual([table.bytes, table.resets], [10, 0]);
  intern(table, 'x');
  assert.deepEqual([table.entries, table.bytes, table.resets], [1, 1, 1]);
});

test('TopicTable does not keep, nor forget others for, a name that never fits', () => {
  const table = new TopicTable({ entriesMax: 100, bytesMax: 4 });
  intern(table, 'a');
  assert.equal(intern(table, 'a/b/c'), 'a/b/c');
  assert.deepEqual([table.entries, table.resets], [1, 0]);
  const none = new TopicTable({ entriesMax: 0, bytesMax: 100 });
  assert.equal(intern(none, 'a'), 'a');
  assert.deepEqual([none.entries, none.resets], [0, 0]);
});

test('TopicTable tells names of equal hash apart by their bytes', () => {
  const seed = 5;
  const [first, second] = namesOfEqualHash(seed);
  const table = new TopicTable({ ...ROOMY, seed });
  for (const name of [first, second, first, second]) assert.equal(intern(table, name), name);
  assert.equal(table.entries, 2);
});

test('TopicTable is right, and looks at few slots, where a peer has found colliding names', () => {
  const seed = 5;
  const names = namesOfSameSlot(seed, 40);
  const table = new TopicTable({ ...ROOMY, seed });
  for (const name of [...names, ...names]) assert.equal(intern(table, name), name);
  // Sixteen have a slot, the others are decoded every time.
  assert.equal(table.entries, 16);
});

test('TopicTable keeps nothing of what it refuses', () => {
  const table = new TopicTable(ROOMY);
  const refused = (bytes: readonly number[]): unknown =>
    table.intern(Uint8Array.from(bytes), 0, bytes.length);
  for (let round = 0; round < 2; round++) {
    assert.throws(() => refused([]), isFault('TOPIC_NAME_INVALID', 'MQTT-4.7.3-1'));
    assert.throws(() => refused([0x23]), isFault('TOPIC_NAME_INVALID', 'MQTT-3.3.2-2'));
    assert.throws(() => refused([0x00]), isFault('MALFORMED_PACKET', 'MQTT-1.5.3-2'));
    assert.throws(() => refused([0xff]), isFault('MALFORMED_PACKET', 'MQTT-1.5.3-1'));
  }
  assert.equal(table.entries, 0);
});

function hashOf(name: string, seed: number): number {
  const bytes = encoder.encode(name);
  return hashBytes(seed, bytes, 0, bytes.length);
}

/** Among 2^32 hashes, two of some hundred thousand names are equal. */
function namesOfEqualHash(seed: number): [string, string] {
  const byHash = new Map<number, string>();
  for (let number = 0; ; number++) {
    const name = `t/${number}`;
    const hash = hashOf(name, seed);
    const other = byHash.get(hash);
    if (other !== undefined) return [other, name];
    byHash.set(hash, name);
  }
}

/** Names whose search begins at the same slot, in a table of up to 1024 slots. */
function namesOfSameSlot(seed: number, count: number): string[] {
  const names: string[] = [];
  for (let number = 0; names.length < count; number++) {
    const name = `t/${number}`;
    if ((hashOf(name, seed) & 1023) === 77) names.push(name);
  }
  return names;
}

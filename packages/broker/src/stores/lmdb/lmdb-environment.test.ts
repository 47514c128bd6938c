import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { open } from 'lmdb';
import { BatchReader } from './batch-reader.js';
import { numberKey, numberOfKey } from './keys.js';
import { LmdbEnvironment } from './lmdb-environment.js';
import { TABLE_CODES } from './tables.js';
import { WriteBatch } from './write-batch.js';

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'magpie-store-'));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

const META = TABLE_CODES.meta;

function contents(environment: LmdbEnvironment, after?: Uint8Array, bytesMax = 10_000) {
  const piece = environment.read(META, after, bytesMax);
  const reader = new BatchReader(piece.bytes, piece.end);
  const records: string[] = [];
  while (reader.next()) {
    records.push(`${Buffer.from(reader.key).toString()}=${Buffer.from(reader.value).toString()}`);
  }
  return { records, last: piece.last, lastKey: piece.lastKey };
}

function batchOf(...records: readonly string[]) {
  const batch = new WriteBatch();
  for (const record of records) {
    const [key = '', value = ''] = record.split('=');
    batch.put('meta', Buffer.from(key), Buffer.from(value));
  }
  return batch.take();
}

test('LmdbEnvironment writes batches in their order and reads in order of key', async (t) => {
  const environment = LmdbEnvironment.open(await folder(t));
  const remove = new WriteBatch();
  remove.remove('meta', Buffer.from('b'));
  remove.remove('meta', Buffer.from('nosuch'));
  await environment.write([batchOf('c=1', 'a=1', 'b=1'), remove.take(), batchOf('c=2')]);
  assert.deepEqual(contents(environment).records, ['a=1', 'c=2']);
  assert.equal(environment.count(META), 2);
  await environment.close();
});

test('LmdbEnvironment removes a range, and what lies around it stays', async (t) => {
  const environment = LmdbEnvironment.open(await folder(t));
  const remove = new WriteBatch();
  remove.removeRange('meta', Buffer.from('b'), Buffer.from('d'));
  const batches = [batchOf('a=1', 'b=1', 'c=1', 'cc=1', 'd=1'), remove.take(), batchOf('c=2')];
  await environment.write(batches);
  assert.deepEqual(contents(environment).records, ['a=1', 'c=2', 'd=1']);
  await environment.close();
});

test('LmdbEnvironment reads in pieces, a record that is too large alone', async (t) => {
  const environment = LmdbEnvironment.open(await folder(t));
  await environment.write([batchOf('a=1', `b=${'x'.repeat(200)}`, 'c=3', 'd=4')]);
  const found: string[][] = [];
  for (let after: Uint8Array | undefined, more = true; more; ) {
    const piece = contents(environment, after, 40);
    found.push(piece.records.map((record) => record.slice(0, 3)));
    after = piece.lastKey;
    more = !piece.last;
  }
  assert.deepEqual(found, [['a=1'], ['b=x'], ['c=3', 'd=4']]);
  await environment.close();
});

test('LmdbEnvironment fetches records by number, as far as there is room', async (t) => {
  const environment = LmdbEnvironment.open(await folder(t));
  const batch = new WriteBatch();
  for (const number of [1, 2, 3, 5]) batch.put('meta', numberKey(number), new Uint8Array(20));
  await environment.write([batch.take()]);
  const fetched = (numbers: readonly number[], bytesMax: number) => {
    const { bytes, end, looked } = environment.fetch(META, Float64Array.from(numbers), bytesMax);
    const reader = new BatchReader(bytes, end);
    const found: number[] = [];
    while (reader.next()) found.push(numberOfKey(reader.key));
    return { found, looked };
  };
  assert.deepEqual(fetched([], 1000), { found: [], looked: 0 });
  assert.deepEqual(fetched([3, 4, 1, 5], 1000), { found: [3, 1, 5], looked: 4 });
  assert.deepEqual(fetched([3, 4, 1, 5], 100), { found: [3, 1], looked: 3 });
  assert.deepEqual(fetched([4, 3, 2], 1), { found: [3], looked: 2 });
  await environment.close();
});

test('LmdbEnvironment keeps what it has written', async (t) => {
  const directory = await folder(t);
  const first = LmdbEnvironment.open(directory);
  await first.write([batchOf('a=1')]);
  await first.close();
  const again = LmdbEnvironment.open(directory);
  assert.deepEqual(contents(again).records, ['a=1']);
  await again.close();
});

test('LmdbEnvironment takes a directory with a dot in its name', async (t) => {
  const directory = join(await folder(t), 'data.v2');
  await mkdir(directory);
  await LmdbEnvironment.open(directory).close();
  assert.deepEqual((await readdir(directory)).toSorted(), ['data.mdb', 'lock.mdb']);
});

test('LmdbEnvironment keeps readable what is held, whatever is written', async (t) => {
  const environment = LmdbEnvironment.open(await folder(t));
  const held = () => {
    const { bytes, end } = environment.read(META, undefined, 10_000, true);
    const record = new BatchReader(bytes, end);
    const keys: string[] = [];
    while (record.next()) keys.push(Buffer.from(record.key).toString());
    return keys;
  };
  await environment.write([batchOf('a=1', 'b=1')]);
  assert.equal(environment.hold()[META], 2);
  assert.throws(() => environment.hold(), /A backup is under way already/);
  for (let number = 0; number < 100; number++) {
    const write = new WriteBatch();
    write.removeRange('meta', Buffer.from('a'), Buffer.from('z'));
    await environment.write([write.take(), batchOf(`n${number}=${'x'.repeat(2000)}`)]);
    assert.deepEqual(held(), ['a', 'b']);
  }
  environment.release();
  assert.throws(held, /had to be opened again meanwhile/);
  assert.deepEqual(contents(environment).records.length, 1);
  const { fileBytes } = environment.space();
  for (let number = 0; number < 100; number++) await environment.write([batchOf(`n99=${number}`)]);
  assert.equal(environment.space().fileBytes, fileBytes);
  await environment.close();
});

test('LmdbEnvironment loses what is held when it is closed', async (t) => {
  const environment = LmdbEnvironment.open(await folder(t));
  await environment.write([batchOf('a=1')]);
  environment.hold();
  await environment.close();
  assert.throws(() => environment.read(META, undefined, 1000, true), /opened again meanwhile/);
  assert.deepEqual(contents(environment).records, ['a=1']);
  environment.release();
  await environment.close();
});

test('LmdbEnvironment makes files for nobody else', async (t) => {
  const directory = await folder(t);
  await LmdbEnvironment.open(directory).close();
  for (const name of ['data.mdb', 'lock.mdb']) {
    assert.equal((await stat(join(directory, name))).mode & 0o777, 0o600, name);
  }
});

const damages: readonly (readonly [name: string, value: Uint8Array, problem: RegExp])[] = [
  ['another value', Buffer.from('other'), /its checksum is wrong/],
  ['no checksum', Buffer.from('ab'), /it is too short/],
  ['nothing', Buffer.alloc(0), /it is too short/],
];
for (const [name, value, problem] of damages) {
  test(`LmdbEnvironment refuses a record with ${name} behind its back`, async (t) => {
    const directory = await folder(t);
    const environment = LmdbEnvironment.open(directory);
    await environment.write([batchOf('a=1', 'b=2')]);
    await environment.close();
    const encoding = { encoding: 'binary', keyEncoding: 'binary' } as const;
    const root = open({ path: directory, overlappingSync: false, ...encoding });
    await root.openDB({ name: 'meta', ...encoding }).put(Buffer.from('b'), value);
    await root.close();
    const again = LmdbEnvironment.open(directory);
    assert.throws(() => contents(again), problem);
    assert.throws(() => contents(again), /The record 62 of table meta is damaged/);
    await again.close();
  });
}

test('LmdbEnvironment refuses to fetch a record that was damaged behind its back', async (t) => {
  const directory = await folder(t);
  const environment = LmdbEnvironment.open(directory);
  const batch = new WriteBatch();
  for (const number of [1, 2]) batch.put('meta', numberKey(number), new Uint8Array(20));
  await environment.write([batch.take()]);
  await environment.close();
  const encoding = { encoding: 'binary', keyEncoding: 'binary' } as const;
  const root = open({ path: directory, overlappingSync: false, ...encoding });
  await root.openDB({ name: 'meta', ...encoding }).put(numberKey(2), Buffer.alloc(24));
  await root.close();
  const again = LmdbEnvironment.open(directory);
  assert.equal(again.fetch(META, Float64Array.of(1), 1000).looked, 1);
  assert.throws(() => again.fetch(META, Float64Array.of(1, 2), 1000), {
    message: 'The record 0000000000000002 of table meta is damaged: its checksum is wrong',
  });
  await again.close();
});

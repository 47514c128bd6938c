import assert from 'node:assert/strict';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test, type TestContext } from 'node:test';
import { createBroker } from '@magpie/broker';
import { checkStore, LmdbStore } from '@magpie/broker/server';
import { MemoryListener, TestClient } from '@magpie/broker/testing';
import { type LogLine, runInProcess } from '../command.testing.js';
import { freshFolder } from '../fresh-folder.testing.js';

/**
 * Goal: a store that is damaged is never thrown away in silence, and never used as if it were
 * sound: the broker says in one line what it has found and what helps, and changes nothing.
 * Method: one store, damaged in each way; then the broker, the check, and the export of what is
 * readable, which becomes a store again.
 */
const MESSAGES = 300;
const PAGE = 4096;
const BRANCH = 1;
const LEAF = 2;
const OVERFLOW = 4;

/** A store with one message more than {@link older}, in one transaction more. */
let newest: Buffer;
let older: Buffer;

before(async () => {
  const folder = await freshFolder({ after: () => {} } as unknown as TestContext);
  const store = await LmdbStore.open(folder);
  const broker = await createBroker({ store });
  const listener = new MemoryListener();
  await broker.listen(listener);
  const client = await TestClient.connected(listener, 'away', { cleanSession: false });
  await client.subscribe(['#', 1]);
  client.peer.hangUp();
  for (let number = 0; number < MESSAGES; number++) {
    const payload = payloadOf(number);
    void broker.publish({ topic: `t/${number}`, payload, qos: 1, retain: number < 10 });
  }
  await broker.publish({ topic: 'last but one', qos: 1 });
  older = await readFile(join(folder, 'data.mdb'));
  await broker.publish({ topic: 'last', qos: 1 });
  newest = await readFile(join(folder, 'data.mdb'));
  await broker.close();
  await rm(folder, { recursive: true });
});

/** The meta page of the newest transaction. */
function newestMeta(): 0 | 1 {
  const transaction = (page: number) => newest.readBigUInt64LE(page * PAGE + 24 + 128);
  return transaction(1) > transaction(0) ? 1 : 0;
}

/** Where such a page is that is in use: the check finds its damage. */
async function pageInUse(t: TestContext, kind: number): Promise<number> {
  for (let page = 2; page * PAGE < newest.length; page++) {
    if (newest.readUInt16LE(page * PAGE + 18) !== kind) continue;
    const dir = await directory(t, flipped(page * PAGE + 18, 0x40));
    const { damages, damage } = await checkStore(dir);
    if (damages > 0 && damage[0]?.table === 'messages') return page;
  }
  return assert.fail('there is no such page');
}

/** The newest file with some bits of one byte changed. */
function flipped(at: number, bits = 1): Buffer {
  const bytes = Buffer.from(newest);
  bytes[at]! ^= bits;
  return bytes;
}

async function directory(t: TestContext, file: Buffer | undefined): Promise<string> {
  const dir = join(await freshFolder(t), 'data');
  await (await LmdbStore.open(dir))[Symbol.asyncDispose]();
  if (file === undefined) await rm(join(dir, 'data.mdb'));
  else await writeFile(join(dir, 'data.mdb'), file);
  return dir;
}

function payloadOf(number: number): string {
  return `message ${number} `.repeat(number % 50 === 0 ? 500 : 20);
}

/** In the middle of a payload. */
function inPayload(number: number): number {
  const at = newest.lastIndexOf(payloadOf(number));
  assert.ok(at > 0);
  return at + 50;
}

interface Damage {
  readonly name: string;
  readonly file: (t: TestContext) => Promise<Buffer | undefined> | Buffer | undefined;
  /** What the broker says behind the path of the directory. */
  readonly broker: RegExp;
  /** What the check says on stderr first; `undefined`: there is nothing to be checked. */
  readonly check?: RegExp;
  /** Fewest messages that are saved of {@link MESSAGES} and two. */
  readonly saved?: number;
}

const HELP =
  '"magpie store check .+" lists all damage, "magpie store export .+ --salvage" saves .+';

const damages: readonly Damage[] = [
  {
    name: 'a flipped bit in a payload',
    file: () => flipped(inPayload(77)),
    broker: /^Cannot load the store in .+: The record \w+ of table messages is damaged: its checks/,
    check: /^Record [0-9a-f]{16} of table messages: its checksum is wrong$/,
    saved: MESSAGES + 1,
  },
  {
    name: 'a flipped bit in a large payload, which has pages of its own',
    file: () => flipped(inPayload(50)),
    broker: /^Cannot load the store in .+: The record \w+ of table messages is damaged: its checks/,
    check: /^Record [0-9a-f]{16} of table messages: its checksum is wrong$/,
    saved: MESSAGES + 1,
  },
  {
    name: 'a flipped bit in the head of a leaf page',
    file: async (t) => flipped((await pageInUse(t, LEAF)) * PAGE + 20),
    broker:
      /^Cannot open the store in .+: Page \d+ of data\.mdb is damaged: its bounds are wrong\./,
    check: /^Page \d+ \(table messages\): its bounds are wrong$/,
    saved: MESSAGES - 20,
  },
  {
    name: 'a flipped bit in a branch page',
    file: async (t) => flipped((await pageInUse(t, BRANCH)) * PAGE + 20),
    broker:
      /^Cannot open the store in .+: Page \d+ of data\.mdb is damaged: its bounds are wrong\./,
    check: /^Page \d+ \(table messages\): its bounds are wrong$/,
    saved: MESSAGES + 2, // the leaves are all there
  },
  {
    name: 'a flipped bit in an overflow page',
    file: async (t) => flipped((await pageInUse(t, OVERFLOW)) * PAGE),
    broker: /^Cannot open the store in .+: Page \d+ of data\.mdb is damaged: it is another one\./,
    check: /^Page \d+ \(table messages\): it is another one$/,
    saved: MESSAGES + 1,
  },
  {
    name: 'the newest meta page damaged',
    file: () => flipped(newestMeta() * PAGE + 24),
    broker: /^Cannot open the store in .+: Page [01] of data\.mdb is damaged: it does not say what/,
    check: /^Page [01]: it does not say what the newest pages are; the last transaction may be/,
    saved: MESSAGES + 1, // without the last transaction
  },
  {
    name: 'the older meta page damaged',
    file: () => flipped((1 - newestMeta()) * PAGE + 24),
    broker: /^Cannot open the store in .+: Page [01] of data\.mdb is damaged: it does not say what/,
    check: /^Page [01]: it does not say what the newest pages are; the last transaction may be/,
    saved: MESSAGES + 2,
  },
  {
    name: 'the number of the newest transaction damaged',
    file: () => flipped(newestMeta() * PAGE + 24 + 128, 0x20),
    broker: /^Cannot open the store in .+: Pages 0 and 1 of data\.mdb are damaged: they are not of/,
    check: /^data\.mdb: pages 0 and 1 are not of two transactions in turn/,
    saved: MESSAGES,
  },
  {
    name: 'both meta pages damaged',
    file: () => Buffer.concat([Buffer.alloc(2 * PAGE), newest.subarray(2 * PAGE)]),
    broker: /^\S+data\.mdb is no file of Magpie's, or its beginning is lost: put it back from a ba/,
  },
  {
    name: 'half of the file',
    file: () => newest.subarray(0, Math.floor(newest.length / 2)),
    broker: /^Cannot open the store in .+: Page \d+ of data\.mdb is damaged: it is missing\./,
    check: /^Page \d+ \(table \w+\): it is missing$|^Page \d+: it is missing$/,
    saved: 0,
  },
  {
    name: 'no data.mdb',
    file: () => undefined,
    broker: /^The data directory .+ has lost its file data\.mdb: put it back from a backup, or rem/,
  },
  {
    name: 'a file of somebody else',
    file: () => Buffer.from('<html>'.repeat(2000)),
    broker: /^\S+data\.mdb is no file of Magpie's, or its beginning is lost: put it back from a ba/,
  },
];

/** Names and bytes of all files, but for LMDB's table of readers, which is made at each start. */
async function filesIn(dir: string): Promise<Map<string, string>> {
  const names = (await readdir(dir)).filter((name) => name !== 'lock.mdb').toSorted();
  const files = new Map<string, string>();
  for (const name of names) files.set(name, (await readFile(join(dir, name))).toString('latin1'));
  return files;
}

/** Runs a command; a broker that starts all the same is ended. */
function run(args: readonly string[]) {
  const stop = new AbortController();
  const onLog = ({ msg }: LogLine) => {
    if (msg === 'listening') stop.abort('SIGTERM');
  };
  return runInProcess(args, { signal: stop.signal, onLog });
}

const BROKER = ['broker', '--port=0', '--no-ws', '--no-http', '--data-dir'];

for (const { name, file, broker, check, saved } of damages) {
  test(`magpie broker refuses a store with ${name}, in one line, and leaves it`, async (t) => {
    const dir = await directory(t, await file(t));
    const files = await filesIn(dir);
    const { code, err } = await run([...BROKER, dir]);
    assert.equal(code, 1);
    assert.equal(err.length, 1);
    assert.match(err[0]!, broker);
    if (check !== undefined) assert.match(err[0]!, new RegExp(`\\. ${HELP}$`));
    assert.deepEqual(await filesIn(dir), files);
  });

  test(`magpie store check and export see ${name}, and leave it`, async (t) => {
    const dir = await directory(t, await file(t));
    const files = await filesIn(dir);
    const checked = await runInProcess(['store', 'check', dir]);
    assert.equal(checked.code, 1);
    const target = join(dir, '..', 'saved.jsonl');
    const strict = await runInProcess(['store', 'export', dir, '--out', target]);
    assert.deepEqual([strict.code, strict.err.length], [1, 1]);
    const salvage = await runInProcess(['store', 'export', dir, '--salvage', '--out', target]);
    assert.deepEqual(await filesIn(dir), files);
    if (check === undefined || saved === undefined) {
      assert.deepEqual([checked.err.length, salvage.code, salvage.err.length], [1, 1, 1]);
      return;
    }
    assert.match(checked.err[0]!, check);
    assert.match(checked.err.at(-1)!, /^Put a backup in its place\. If there is none: "magpie/);
    assert.equal(salvage.code, 0);
    assert.match(salvage.err[0]!, check);

    const again = join(dir, '..', 'again');
    const made = await runInProcess(['store', 'import', target, '--data-dir', again]);
    assert.deepEqual([made.code, made.err], [0, []]);
    const { sessions, messages, damages } = await checkStore(again);
    assert.equal(damages, 0);
    assert.ok(messages >= saved && messages <= MESSAGES + 2, `${messages} messages`);
    if (saved > 0) assert.equal(sessions, 1);
  });
}

/**
 * Goal: of a transaction whose end did not reach the disk nothing is there, and all before is.
 * Method: the pages that it wrote, each as it was before, as it should be, or half of it; without
 * its meta page, which LMDB writes when all else is on disk.
 */
for (const [name, torn] of [
  ['as they were', (page: Buffer) => page],
  ['written', (_: Buffer, now: Buffer) => now],
  [
    'written by half',
    (page: Buffer, now: Buffer) =>
      Buffer.concat([now.subarray(0, PAGE / 2), page.subarray(PAGE / 2)]),
  ],
] as const) {
  test(`LmdbStore has nothing of a torn transaction, its pages ${name}`, async (t) => {
    const bytes = Buffer.from(older);
    for (let at = 2 * PAGE; at < older.length; at += PAGE) {
      const [page, now] = [older.subarray(at, at + PAGE), newest.subarray(at, at + PAGE)];
      if (!page.equals(now)) bytes.set(torn(page, now), at);
    }
    assert.ok(name === 'as they were' || !bytes.equals(older));
    const dir = await directory(t, bytes);
    const { damages, messages } = await checkStore(dir);
    assert.deepEqual([damages, messages], [0, MESSAGES + 1]);
    await using broker = await createBroker({ store: await LmdbStore.open(dir) });
    assert.equal(broker.gauges().sessions, 1);
  });
}

test('magpie broker refuses a store of a newer format, which no damage is', async (t) => {
  const dir = await directory(t, newest);
  const copy = join(dir, '..', 'copy');
  await cp(dir, copy, { recursive: true });
  await writeNewerFormat(copy);
  const files = await filesIn(copy);
  const why = 'It has format 9, and this version of Magpie reads format';
  for (const args of [
    [...BROKER, copy],
    ['store', 'check', copy],
    ['store', 'export', copy, '--salvage'],
  ]) {
    const { code, err } = await run(args);
    assert.deepEqual([code, err.length], [1, 1]);
    assert.ok(err[0]!.includes(why), err[0]);
  }
  assert.deepEqual(await filesIn(copy), files);
});

/** Changes the number of the format, with its checksum, wherever it stands. */
async function writeNewerFormat(dir: string): Promise<void> {
  const path = join(dir, 'data.mdb');
  const bytes = await readFile(path);
  const { crc32 } = await import('node:zlib');
  const key = Buffer.from('format');
  const value = (format: number) => {
    const number = Buffer.alloc(8);
    number[7] = format;
    const head = Buffer.from([0, 0, key.length, 0, 0, 0, number.length]);
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32BE(crc32(Buffer.concat([head, key, number])));
    return Buffer.concat([key, number, checksum]);
  };
  let found = 0;
  for (const format of [1, 2, 3, 4, 5, 6, 7, 8]) {
    const now = value(format);
    for (let at = bytes.indexOf(now); at >= 0; at = bytes.indexOf(now, at + 1)) {
      bytes.set(value(9), at);
      found++;
    }
  }
  assert.ok(found > 0);
  await writeFile(path, bytes);
}

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test, type TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import { open } from 'lmdb';
import { Message } from '../../model/message.js';
import type { Recipient } from '../store.js';
import { callbacksDone } from '../hand-store.testing.js';
import { testStore } from '../store.testing.js';
import { BatchReader } from './batch-reader.js';
import { FORMAT } from './format.js';
import { numberKey } from './keys.js';
import { LmdbStore } from './lmdb-store.js';
import { MemoryEngine } from './memory-engine.testing.js';
import { RecoveryAborted, type RecoveryProgress } from './recovery.js';
import { WriteBatch } from './write-batch.js';

const folders: string[] = [];
after(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'magpie-store-'));
  folders.push(folder);
  return folder;
}

function message(text: string, topic = 't'): Message {
  return Message.of({ topic, payload: Buffer.from(text), qos: 1, retain: false });
}

function to(clientId: string, sequence: number): Recipient {
  return { clientId, sequence, qos: 1, retained: false };
}

testStore('LmdbStore', async () => {
  const folder = await freshFolder();
  return { store: await LmdbStore.open(folder), reopen: () => LmdbStore.open(folder) };
});

// The rules hold above. How a commit gets to the disk is the engine's matter: here one of each.
for (const sync of ['interval', 'os'] as const) {
  test(`LmdbStore with sync: ${sync} keeps the last state of what was committed`, async () => {
    const folder = await freshFolder();
    const open = () => LmdbStore.open(folder, { sync, syncIntervalMs: 10 });
    {
      await using store = await open();
      await store.load();
      for (const clientId of ['a', 'b']) store.openSession(clientId);
      store.putSubscription('a', 'f/#', 1);
      store.append(message('one'), [to('a', 0), to('b', 0)]);
      store.append(message('two'), [to('a', 1)]);
      store.putRetained(message('kept', 'r'), 1);
      await store.commit();
      store.settle('a', 0);
      store.removeSession('b');
      await store.commit();
    }
    await using again = await open();
    const { sessions, retained } = await again.load();
    assert.deepEqual(
      sessions.map(({ clientId, deliveries }) => [clientId, deliveries.length]),
      [['a', 1]],
    );
    assert.deepEqual([...sessions[0]!.subscriptions.keys()], ['f/#']);
    const [left, ...more] = await again.read('a', 0, 10, 1000);
    assert.equal(Buffer.from(left!.message.payload).toString(), 'two');
    assert.deepEqual([more.length, retained[0]!.message.topic], [0, 'r']);
  });
}

test('LmdbStore.open() refuses ways to sync that there are not', async () => {
  const folder = await freshFolder();
  const sync = 'never' as 'always';
  await assert.rejects(LmdbStore.open(folder, { sync }), {
    name: 'RangeError',
    message: 'sync must be one of always, interval, os: current value is never',
  });
  for (const syncIntervalMs of [9, 60_001, 10.5, Number.NaN]) {
    await assert.rejects(LmdbStore.open(folder, { syncIntervalMs }), {
      name: 'RangeError',
      message:
        'syncIntervalMs must be an integer from 10 to 60000: '
        + `current value is ${syncIntervalMs}`,
    });
  }
});

/** A store over an engine in memory, and what is in a table then. */
async function storeInMemory() {
  const engine = new MemoryEngine();
  const store = await LmdbStore.over(engine);
  await store.load();
  store.openSession('a');
  await store.commit();
  return { engine, store, records: (table: 'messages' | 'progress') => engine.tables.get(table)! };
}

test('LmdbStore resolves a commit when its engine has written it, and not before', async () => {
  const { engine, store } = await storeInMemory();
  const order: string[] = [];
  const write = engine.write.bind(engine);
  engine.write = async (batches) => {
    const result = await write(batches);
    order.push('written');
    return result;
  };
  store.append(message('1'), [to('a', 0)]);
  await store.commit().then(() => order.push('resolved'));
  assert.deepEqual(order, ['written', 'resolved']);
});

test('LmdbStore writes nothing before commit(), and all since the last in one write', async () => {
  const { engine, store, records } = await storeInMemory();
  const before = engine.writes.length;
  for (let sequence = 0; sequence < 5000; sequence++) {
    store.append(message('x'.repeat(100)), [to('a', sequence)]);
  }
  store.addReceived('a', 1);
  assert.equal(records('messages').size, 0);
  await store.commit();
  assert.equal(records('messages').size, 5000);
  assert.equal(engine.writes.length, before + 1);
});

test('LmdbStore does not write what has come and gone between two commits', async () => {
  const { store, records } = await storeInMemory();
  for (let sequence = 0; sequence < 3; sequence++) store.append(message('1'), [to('a', sequence)]);
  for (const sequence of [0, 2]) store.settle('a', sequence);
  await store.commit();
  assert.equal(records('messages').size, 1);
  const { sessions } = await store.load();
  assert.deepEqual(
    sessions[0]?.deliveries.map(({ sequence }) => sequence),
    [1],
  );
  assert.equal(sessions[0].nextSequence, 2); // of what was never there the number may come again
});

test('LmdbStore writes nothing where all has come and gone between two commits', async () => {
  const { engine, store, records } = await storeInMemory();
  const before = engine.writes.length;
  store.append(message('1'), [to('a', 0)]);
  assert.deepEqual([store.hasNewMessages, store.hasChanges], [true, false]);
  store.settle('a', 0);
  assert.deepEqual([store.hasNewMessages, store.hasChanges], [false, false]);
  await store.commit();
  assert.equal(engine.writes.length, before);
  assert.equal(records('progress').size, 0);
  assert.equal((await store.load()).sessions[0]?.nextSequence, 0);
});

test('LmdbStore says what is settled of a message that is written for somebody else', async () => {
  const { store, records } = await storeInMemory();
  store.openSession('b');
  store.append(message('1'), [to('a', 0), to('b', 0)]);
  store.settle('a', 0);
  assert.deepEqual([store.hasNewMessages, store.hasChanges], [true, true]);
  await store.commit();
  assert.equal(records('messages').size, 1);
  const { sessions } = await store.load();
  const pending = sessions.map(({ clientId, deliveries }) => [clientId, deliveries.length]);
  assert.deepEqual(pending, [
    ['a', 0],
    ['b', 1],
  ]);
});

test('LmdbStore keeps apart what uses a number again after a crash', async () => {
  const { engine, store } = await storeInMemory();
  store.append(message('written'), [to('a', 0)]);
  await store.commit();
  store.append(message('gone'), [to('a', 1)]);
  store.settle('a', 1);
  await store.commit();
  const after = await LmdbStore.over(engine);
  assert.equal((await after.load()).sessions[0]?.nextSequence, 1);
  after.append(message('again'), [to('a', 1)]);
  await after.commit();
  const again = await LmdbStore.over(engine);
  const { sessions } = await again.load();
  assert.deepEqual(
    sessions[0]?.deliveries.map(({ sequence }) => sequence),
    [0, 1],
  );
});

test('LmdbStore knows whether somebody waits for what a commit under way holds', async () => {
  const { engine, store } = await storeInMemory();
  store.openSession('b');
  await store.commit();
  store.append(message('1'), [to('a', 0), to('b', 0)]);
  store.append(message('2'), [to('a', 1)]);
  const first = store.commit();
  assert.equal(store.hasMessagesUnderWay, true);
  for (const [clientId, sequence] of [
    ['a', 0],
    ['a', 1],
  ] as const) {
    store.settle(clientId, sequence);
    assert.equal(store.hasMessagesUnderWay, true);
  }
  store.settle('b', 0);
  assert.equal(store.hasMessagesUnderWay, false);
  await first;
  store.append(message('3'), [to('a', 2)]);
  assert.equal(store.hasMessagesUnderWay, false); // it is new
  await store.commit();
  assert.equal(store.hasMessagesUnderWay, false); // it is safe

  engine.failure = new Error('no space left on device');
  store.append(message('4'), [to('a', 3)]);
  await assert.rejects(store.commit());
  engine.failure = undefined;
  store.settle('a', 3);
  store.append(message('5'), [to('a', 4)]);
  const again = store.commit(); // takes 4, and then 5
  assert.equal(store.hasMessagesUnderWay, true);
  await again;
  assert.equal(store.hasMessagesUnderWay, false);
});

test('LmdbStore does not take the end of a session for an acknowledgement', async () => {
  const { engine, store } = await storeInMemory();
  for (let sequence = 0; sequence < 15_000; sequence++) {
    store.append(message('1'), [to('a', sequence)]);
  }
  store.openSession('b');
  await store.commit();
  const write = engine.write.bind(engine);
  engine.write = async (batches) => {
    const result = await write(batches);
    await callbacksDone();
    return result;
  };
  store.removeSession('a');
  await store.commit(); // the next piece of what is left over is under way
  store.append(message('2'), [to('b', 0)]);
  const state = { isSafe: false };
  const committed = store.commit().then(() => (state.isSafe = true));
  store.removeSession('b'); // safe with the commit behind this one, and not before
  while (!state.isSafe) {
    assert.equal(store.hasMessagesUnderWay, true);
    await callbacksDone();
  }
  await committed;
});

test('LmdbStore has changes until a commit takes them', async () => {
  const { store } = await storeInMemory();
  const changes: readonly ((store: LmdbStore) => void)[] = [
    (s) => s.putSubscription('a', 't', 1),
    (s) => s.putLeft('a', 5),
    (s) => s.putRetained(message('1'), 1),
    (s) => s.putTime({ brokerMs: 1, wallMs: 1 }),
    (s) => s.removeSession('a'),
  ];
  for (const change of changes) {
    assert.equal(store.hasChanges, false);
    change(store);
    assert.equal(store.hasChanges, true);
    await store.commit();
  }
});

test('LmdbStore writes no progress of a session that only gets messages', async () => {
  const { store, records } = await storeInMemory();
  for (let sequence = 0; sequence < 10; sequence++) store.append(message('1'), [to('a', sequence)]);
  await store.commit();
  assert.equal(records('progress').size, 0);
});

test('LmdbStore lets a commit fail, and writes all of it with the next', async () => {
  const { engine, store, records } = await storeInMemory();
  engine.failure = new Error('no space left on device');
  store.append(message('1'), [to('a', 0)]);
  const first = store.commit();
  store.append(message('2'), [to('a', 1)]);
  const second = store.commit();
  for (const commit of [first, second]) {
    await assert.rejects(commit, {
      message: 'Cannot write to the store in memory: no space left on device',
    });
  }
  store.settle('a', 0);
  await assert.rejects(store.commit());
  assert.equal(records('messages').size, 0);
  engine.failure = undefined;
  await store.commit();
  const { sessions } = await store.load();
  assert.deepEqual(
    sessions[0]?.deliveries.map(({ sequence }) => sequence),
    [1],
  );
});

test('LmdbStore keeps the order of what has failed and what came then', async () => {
  const { engine, store } = await storeInMemory();
  engine.failure = new Error('I/O error');
  store.putRetained(message('old', 'topic'), 1);
  store.addReceived('a', 7);
  const failed = store.commit();
  store.putRetained(message('new', 'topic'), 2);
  store.deleteReceived('a', 7);
  await assert.rejects(failed);
  engine.failure = undefined;
  await store.commit();
  const { sessions, retained } = await store.load();
  assert.deepEqual(
    retained.map((found) => Buffer.from(found.message.payload).toString()),
    ['new'],
  );
  assert.deepEqual(sessions[0]?.received, []);
});

/** Messages in the store, at the end of each write. */
function sizesAfterWrites(engine: MemoryEngine): number[] {
  const sizes: number[] = [];
  const write = engine.write.bind(engine);
  engine.write = async (batches) => {
    const result = await write(batches);
    sizes.push(engine.tables.get('messages')!.size);
    return result;
  };
  return sizes;
}

test('LmdbStore removes the messages of an ended session in pieces, by itself', async () => {
  const { engine, store, records } = await storeInMemory();
  store.openSession('b');
  for (let sequence = 0; sequence < 25_000; sequence++) {
    const others = sequence < 10 ? [to('b', sequence)] : [];
    store.append(message('1'), [to('a', sequence), ...others]);
  }
  await store.commit();
  const sizes = sizesAfterWrites(engine);
  store.removeSession('a');
  await store.commit();
  while (records('messages').size > 10) await callbacksDone();
  assert.deepEqual(sizes, [15_010, 5010, 10]);
  assert.deepEqual((await store.read('b', 0, 100, 1000)).length, 10);
});

test('LmdbStore removes what an ended session has left when it is opened again', async () => {
  const { engine, store } = await storeInMemory();
  for (let sequence = 0; sequence < 12_000; sequence++) {
    store.append(message('1'), [to('a', sequence)]);
  }
  await store.commit();
  store.removeSession('a');
  engine.failAfter(1, new Error('killed'));
  await store.commit();
  await callbacksDone(); // the next piece fails
  assert.equal(engine.tables.get('messages')?.size, 2000);
  engine.failure = undefined;
  const again = await LmdbStore.over(engine);
  assert.deepEqual((await again.load()).sessions, []);
  await again.commit();
  assert.equal(engine.tables.get('messages')?.size, 0);
});

test('LmdbStore has new messages until it is told to commit, whatever it writes', async () => {
  const { engine, store, records } = await storeInMemory();
  for (let sequence = 0; sequence < 12_000; sequence++) {
    store.append(message('1'), [to('a', sequence)]);
  }
  await store.commit();
  store.openSession('b');
  store.removeSession('a');
  const first = store.commit();
  store.append(message('2'), [to('b', 0)]);
  await first; // the next piece of what is left over has begun
  assert.equal(store.hasNewMessages, true);
  await callbacksDone();
  assert.deepEqual([store.hasNewMessages, records('messages').size], [true, 1]);
  await store.commit();
  assert.equal(store.hasNewMessages, false);

  engine.failure = new Error('no space left on device');
  store.append(message('3'), [to('b', 1)]);
  await assert.rejects(store.commit());
  engine.failure = undefined;
  const again = store.commit();
  store.append(message('4'), [to('b', 2)]);
  await again; // it has taken message 4, too, which nobody knows
  assert.deepEqual([store.hasNewMessages, records('messages').size], [true, 3]);
  await store.commit();
  assert.equal(store.hasNewMessages, false);
});

test('LmdbStore.load() tells how far it is, table by table', async () => {
  const { engine, store } = await storeInMemory();
  for (let sequence = 0; sequence < 3; sequence++) store.append(message('1'), [to('a', sequence)]);
  await store.commit();
  const told: string[] = [];
  const onProgress = ({ what, done, total }: RecoveryProgress) =>
    told.push(`${what} ${done}/${total}`);
  await (await LmdbStore.over(engine, { recovery: { onProgress } })).load();
  assert.deepEqual(
    told.filter((line) => line.startsWith('messages')),
    ['messages 1/3', 'messages 2/3', 'messages 3/3'],
  );
  assert.ok(told.includes('sessions 1/1'));
});

test('LmdbStore.load() ends when it is told to', async () => {
  const { engine, store } = await storeInMemory();
  for (let sequence = 0; sequence < 3; sequence++) store.append(message('1'), [to('a', sequence)]);
  await store.commit();
  const stop = new AbortController();
  let seen = 0;
  const onProgress = ({ what }: RecoveryProgress) => {
    if (what === 'messages' && ++seen === 2) stop.abort();
  };
  const recovery = { onProgress, signal: stop.signal };
  const again = await LmdbStore.over(engine, { recovery });
  await assert.rejects(again.load(), RecoveryAborted);
  assert.equal(seen, 2);
});

test('LmdbStore.open() tells of the pages it checks, and ends when it is told to', async () => {
  const folder = await freshFolder();
  const store = await LmdbStore.open(folder);
  await store.load();
  store.openSession('a');
  await store.commit();
  await store[Symbol.asyncDispose]();
  const told: RecoveryProgress[] = [];
  const again = await LmdbStore.open(folder, { onProgress: (one) => told.push(one) });
  await again[Symbol.asyncDispose]();
  assert.equal(told[0]?.what, 'pages');
  assert.equal(told[0].done, told[0].total);
  assert.ok(told[0].total > 0);
  await assert.rejects(LmdbStore.open(folder, { signal: AbortSignal.abort() }), RecoveryAborted);
  const stop = new AbortController();
  const opening = LmdbStore.open(folder, { signal: stop.signal });
  setImmediate(() => stop.abort());
  await assert.rejects(opening, RecoveryAborted);
  assert.equal((await openAndLoad(folder)).sessions.length, 1); // nothing was harmed, nothing held
});

test('LmdbStore collects while commits fail, so that it does not grow with every try', async () => {
  const { engine, store, records } = await storeInMemory();
  const before = engine.writes.length;
  engine.failure = new Error('no space left on device');
  store.putRetained(message('first', 'topic'), 1);
  let batches = 0;
  const write = engine.write.bind(engine);
  engine.write = (some) => {
    batches = some.length;
    return write(some);
  };
  for (let tries = 0; tries < 10; tries++) {
    await assert.rejects(store.commit());
    store.putRetained(message(`later ${tries}`, 'topic'), 2 + tries);
    store.append(message('comes and goes'), [to('a', tries)]);
    store.settle('a', tries);
    assert.equal(batches, 1);
  }
  engine.failure = undefined;
  await store.commit();
  assert.equal(engine.writes.length, before + 2); // what had failed, and all the rest
  assert.equal(records('messages').size, 0);
  const { retained } = await store.load();
  assert.deepEqual(
    retained.map(({ change }) => change),
    [11],
  );
});

test('LmdbStore is lost when the engine keeps what it was given', async () => {
  const { engine, store } = await storeInMemory();
  engine.write = () => Promise.reject(new Error('the thread has ended'));
  store.openSession('b');
  await assert.rejects(store.commit(), {
    name: 'StoreLost',
    message: 'Cannot write to the store in memory: the thread has ended',
  });
});

test('LmdbStore closes all it has opened, also if the last commit fails', async () => {
  const { engine, store } = await storeInMemory();
  engine.failure = new Error('I/O error');
  store.openSession('b');
  await assert.rejects(store[Symbol.asyncDispose](), /I\/O error/);
  assert.ok(engine.closed);
});

test('LmdbStore says that a newer version has written its directory', async () => {
  const folder = await freshFolder();
  await (await LmdbStore.open(folder))[Symbol.asyncDispose]();
  const engine = await openTable(folder, 'meta');
  await engine.put(FORMAT, checkedValue('meta', FORMAT, numberKey(4)));
  await engine.close();
  for (let time = 0; time < 2; time++) {
    await assert.rejects(LmdbStore.open(folder), {
      message:
        `Cannot open the store in ${folder}: It has format 4, and this version of Magpie `
        + 'reads format 3: use the version that wrote it, or a newer one',
    });
  }
});

test('LmdbStore names the record that is damaged, and gives nothing', async () => {
  const folder = await freshFolder();
  const store = await LmdbStore.open(folder);
  await store.load();
  store.openSession('a');
  store.append(message('payload'), [to('a', 0)]);
  await store.commit();
  await store[Symbol.asyncDispose]();
  const engine = await openTable(folder, 'messages');
  const value = new Uint8Array(engine.get(numberKey(1))!);
  value[value.length - 6]! ^= 1;
  await engine.put(numberKey(1), value);
  await engine.close();
  await using again = await LmdbStore.open(folder);
  await assert.rejects(again.load(), {
    message:
      `Cannot load the store in ${folder}: The record 0000000000000001 of table messages is `
      + `damaged: its checksum is wrong. "magpie store check ${folder}" lists all damage, `
      + `"magpie store export ${folder} --salvage" saves what can be read`,
  });
});

test('LmdbStore refuses a file that was cut, and gives nothing', async () => {
  const folder = await freshFolder();
  const store = await LmdbStore.open(folder);
  await store.load();
  store.openSession('a');
  for (let sequence = 0; sequence < 1000; sequence++) {
    store.append(message('x'.repeat(1000)), [to('a', sequence)]);
  }
  await store.commit();
  await store[Symbol.asyncDispose]();
  const file = join(folder, 'data.mdb');
  const bytes = await readFile(file);
  for (const part of [0.9, 0.5, 0.1]) {
    await writeFile(file, bytes);
    await truncate(file, Math.floor(bytes.length * part));
    await assert.rejects(openAndLoad(folder), /^Error: Cannot (open|load) the store in .+$/);
  }
  await writeFile(file, bytes);
  assert.equal((await openAndLoad(folder)).sessions[0]?.deliveries.length, 1000);
});

test('LmdbStore refuses a directory that another process has', async (t) => {
  const folder = await freshFolder();
  const other = start(
    t,
    process.execPath,
    [],
    folder,
    `console.log('open'); setInterval(() => {}, 1e3)`,
  );
  assert.equal(await other.line(), 'open');
  await assert.rejects(LmdbStore.open(folder), {
    message: new RegExp(`^The data directory ${folder} is in use by another process .+$`),
  });
});

/** Where Linux can take room away from a process and give it back. */
if (process.platform === 'linux') {
  /**
   * Goal: a disk without room loses nothing that was committed, and the store goes on when there is
   * room again, without a restart.
   * Method: a limit of the system on the size of files, set and lifted from outside.
   */
  test('LmdbStore survives a disk that is full for a while', async (t) => {
    const folder = await freshFolder();
    const limited = ['--fsize=1000000:unlimited', process.execPath];
    const other = start(t, 'prlimit', limited, folder, FILL_UP);
    const said = await other.line();
    const [, committed] =
      /^(\d+) committed, then Error: Cannot write to the store/.exec(said) ?? [];
    assert.ok(Number(committed) > 0, said);
    await promisify(execFile)('prlimit', ['--fsize=unlimited', '--pid', String(other.pid)]);
    other.say('go on');
    assert.equal(await other.line(), 'committed');
    await other.ended;
    const { sessions } = await openAndLoad(folder);
    assert.equal(sessions[0]?.deliveries.length, Number(committed) + 2);
  });
}

/** Fills the store until a commit fails; when it is told to go on, it has to work. */
const FILL_UP = `
  process.on('unhandledRejection', (error) => console.log('unhandled', error));
  store.openSession('a');
  const append = (sequence) => store.append(
    Message.of({ topic: 't', payload: new Uint8Array(20_000), qos: 1, retain: false }),
    [{ clientId: 'a', sequence, qos: 1, retained: false }],
  );
  let committed = 0;
  try {
    for (;;) {
      append(committed);
      await store.commit();
      committed++;
    }
  } catch (error) {
    append(committed + 1);
    const again = await store.commit().catch(() => 'again');
    console.log(committed + ' committed, then ' + error + again);
  }
  process.stdin.once('data', async () => {
    await store.commit();
    console.log('committed');
    await store[Symbol.asyncDispose]();
    process.stdin.destroy();
  });`;

async function openAndLoad(folder: string) {
  await using store = await LmdbStore.open(folder);
  return await store.load();
}

/** A program with a store in this folder, in a process of its own. */
function start(
  t: TestContext,
  file: string,
  args: readonly string[],
  folder: string,
  code: string,
) {
  const at = (name: string) => JSON.stringify(pathToFileURL(join(import.meta.dirname, name)).href);
  const program = `
    import { LmdbStore } from ${at('lmdb-store.js')};
    import { Message } from ${at('../../model/message.js')};
    const store = await LmdbStore.open(${JSON.stringify(folder)});
    await store.load();
    ${code}`;
  const child = spawn(file, [...args, '--input-type=module', '--eval', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  t.after(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    pid: child.pid,
    ended,
    line: async () => String((await lines.next()).value),
    say: (text: string) => child.stdin.write(`${text}\n`),
  };
}

/** Writes behind the back of the store. */
async function openTable(folder: string, name: string) {
  const encoding = { encoding: 'binary', keyEncoding: 'binary' } as const;
  const root = open({ path: folder, overlappingSync: false, maxDbs: 16, ...encoding });
  const table = root.openDB<Uint8Array, Uint8Array>({ name, ...encoding });
  return {
    get: (key: Uint8Array) => table.get(key),
    put: (key: Uint8Array, value: Uint8Array) => table.put(key, value),
    close: () => root.close(),
  };
}

/** A value with the checksum that the engine gives it. */
function checkedValue(table: 'meta', key: Uint8Array, value: Uint8Array): Uint8Array {
  const batch = new WriteBatch();
  batch.put(table, key, value);
  const { bytes, end } = batch.take();
  const write = new BatchReader(bytes, end);
  write.next();
  const checked = Buffer.alloc(value.length + 4);
  checked.set(value);
  checked.writeUInt32BE(crc32(bytes.subarray(1, write.valueEnd)), value.length);
  return checked;
}

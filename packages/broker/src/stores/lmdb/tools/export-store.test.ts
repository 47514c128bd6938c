import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import fc from 'fast-check';
import { freshFolder } from '../fresh-folder.testing.js';
import { LmdbStore } from '../lmdb-store.js';
import { exportStore } from './export-store.js';
import type { Finding } from './finding.js';
import { importStore } from './import-store.js';
import { makeSampleStore, message, QUEUED, stateOf } from './sample-store.testing.js';
import type { ToolProgress } from './tool-progress.js';

async function exported(directory: string): Promise<string> {
  let text = '';
  await exportStore(directory, async (lines) => {
    text += lines;
  });
  return text;
}

async function imported(text: string, directory: string): Promise<number> {
  return importStore(chunksOf(text), directory);
}

async function* chunksOf(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}

async function sample(t: TestContext): Promise<string> {
  const directory = join(await freshFolder(t), 'data');
  await makeSampleStore(directory);
  return directory;
}

test('exportStore() writes one line for each thing', async (t) => {
  const text = await exported(await sample(t));
  const lines = text.trimEnd().split('\n');
  const types = lines.map((line) => (JSON.parse(line) as { type?: string }).type ?? 'first');
  const counts = Object.fromEntries(
    [...new Set(types)].map((type) => [type, types.filter((other) => other === type).length]),
  );
  assert.deepEqual(counts, {
    first: 1,
    time: 1,
    session: 3,
    subscription: 3,
    received: 2,
    released: 1,
    replay: 1,
    message: QUEUED + 1,
    retained: 3,
    will: 2,
    end: 1,
  });
  assert.equal(lines[0], '{"magpie":"store","version":2}');
  assert.equal(lines.at(-1), `{"type":"end","lines":${lines.length}}`);
  assert.ok(lines.includes('{"type":"subscription","clientId":"away","filter":"a/#","qos":1}'));
  const owners = lines.filter((line) => line.includes('"session"'));
  assert.ok(owners[0]?.includes('"owner":{"username":"me"}'), owners[0]);
  assert.ok(owners[1]?.includes('"owner":{}'), owners[1]);
  assert.ok(!owners[2]?.includes('owner'), owners[2]);
  assert.ok(lines.includes('{"type":"received","clientId":"here","packetId":65535}'));
  const first = '"recipients":[{"clientId":"away","sequence":1,"qos":1,"retained":false}]';
  assert.ok(lines.find((line) => line.includes('"a/1"'))?.includes(first), 'settled by here');
});

test('exportStore() and importStore() are inverse, of something of everything', async (t) => {
  const directory = await sample(t);
  const text = await exported(directory);
  const other = join(directory, '..', 'other');
  assert.equal(await imported(text, other), text.trimEnd().split('\n').length);
  assert.equal(await exported(other), text);
  assert.deepEqual(await stateOf(other), await stateOf(directory));
});

const clientIds = ['a', 'b', 'ç'];
const op = fc.tuple(
  fc.constantFrom(
    'open',
    'remove',
    'left',
    'subscribe',
    'append',
    'append',
    'append',
    'release',
    'settle',
    'settle',
    'received',
    'replay',
    'retain',
    'unretain',
    'will',
    'commit',
  ),
  fc.constantFrom(...clientIds),
  fc.nat({ max: 5 }),
);

/** Does to a store what a broker could do. */
async function play(store: LmdbStore, ops: readonly (readonly [string, string, number])[]) {
  await store.load();
  for (const clientId of clientIds) store.openSession(clientId);
  const next = new Map(clientIds.map((clientId) => [clientId, 0]));
  for (const [name, clientId, number] of ops) {
    const sequence = next.get(clientId)!;
    const topic = `t/${number}`;
    if (name === 'open' || name === 'remove') next.set(clientId, 0);
    if (name === 'open') store.openSession(clientId);
    else if (name === 'remove') store.removeSession(clientId);
    else if (name === 'left') store.putLeft(clientId, number === 0 ? undefined : number);
    else if (name === 'subscribe') store.putSubscription(clientId, `${topic}/#`, 1);
    else if (name === 'append') {
      const recipients = clientIds.slice(number % 3).map((recipient) => {
        const own = next.get(recipient)!;
        next.set(recipient, own + 1 + (number === 5 ? 2 : 0));
        return { clientId: recipient, sequence: own, qos: 2 as const, retained: number === 1 };
      });
      store.append(message(topic, number * 1000), recipients);
    } else if (name === 'release') store.release(clientId, Math.max(0, sequence - number));
    else if (name === 'settle') store.settle(clientId, Math.max(0, sequence - number));
    else if (name === 'received') store.addReceived(clientId, number + 1);
    else if (name === 'replay') {
      const endSequence = sequence + number + 1;
      const [filter, qos, after, asOf] = ['#', 1, 0, number] as const;
      store.putReplay(clientId, { filter, qos, after, asOf, nextSequence: sequence, endSequence });
      next.set(clientId, endSequence);
    } else if (name === 'retain') store.putRetained(message(topic, number), number);
    else if (name === 'unretain') store.deleteRetained(topic);
    else if (name === 'will') {
      const principal = { clientId, username: undefined, address: '' };
      store.putWill({ number, principal, message: message(topic, number) });
    } else await store.commit();
  }
  await store.commit();
}

/**
 * Goal: what a store holds survives export and import, whatever it is.
 * Method: what a broker could do, at random; then the state of both stores, and both texts.
 */
test('exportStore() and importStore() are inverse, whatever was done to the store', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(op, { maxLength: 60 }), async (ops) => {
      const folder = await freshFolder(t);
      const [directory, other] = [join(folder, 'one'), join(folder, 'other')];
      {
        await using store = await LmdbStore.open(directory);
        await play(store, ops);
      }
      const text = await exported(directory);
      await imported(text, other);
      assert.equal(await exported(other), text);
      assert.deepEqual(await stateOf(other), await stateOf(directory));
    }),
    { numRuns: 8 },
  );
});

test('exportStore() waits for whoever takes the lines, and holds few of them', async (t) => {
  const directory = await sample(t);
  let busy = false;
  let longest = 0;
  await exportStore(directory, async (lines) => {
    assert.equal(busy, false);
    busy = true;
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
    busy = false;
    longest = Math.max(longest, lines.length);
  });
  assert.ok(longest < 100_000, `${longest}`);
});

test('exportStore() ends with what it is told, and frees the directory', async (t) => {
  const directory = await sample(t);
  const failing = exportStore(directory, () => Promise.reject(new Error('EPIPE')));
  await assert.rejects(failing, /EPIPE/);
  const stop = new AbortController();
  stop.abort(new Error('stopped'));
  const stopped = exportStore(directory, async () => stop.signal.throwIfAborted(), {
    signal: stop.signal,
  });
  await assert.rejects(stopped, /stopped/);
  assert.ok((await exported(directory)).length > 0);
});

/** The store with a flipped bit in the payload of one message. */
async function damaged(t: TestContext): Promise<string> {
  const directory = await sample(t);
  const path = join(directory, 'data.mdb');
  const bytes = await readFile(path);
  const at = bytes.lastIndexOf('a/7a/7a/7');
  assert.ok(at > 0);
  bytes[at]! ^= 1;
  await writeFile(path, bytes);
  return directory;
}

test('exportStore() ends at a damage, and says what helps', async (t) => {
  const directory = await damaged(t);
  await assert.rejects(exported(directory), {
    message: new RegExp(
      `^Cannot export the store in ${directory}: Record [0-9a-f]{16} of table messages: its `
        + `checksum is wrong\\. "magpie store check .+ --salvage" saves what can be read$`,
    ),
  });
});

test('exportStore() goes around a damage if it is told to, and tells it', async (t) => {
  const directory = await damaged(t);
  const findings: Finding[] = [];
  let text = '';
  const onFinding = (finding: Finding) => void findings.push(finding);
  await exportStore(directory, async (lines) => void (text += lines), { onFinding });
  assert.deepEqual(
    findings.map(({ table, how }) => `${table}: ${how}`),
    ['messages: its checksum is wrong'],
  );
  const other = join(directory, '..', 'other');
  await imported(text, other);
  assert.equal(text.match(/"type":"message"/g)?.length, QUEUED);
});

test('exportStore() tells how far it is, to its last line', async (t) => {
  const directory = await sample(t);
  const told: ToolProgress[] = [];
  const onProgress = (progress: ToolProgress) => void told.push(progress);
  const lines = await exportStore(directory, async () => {}, { onProgress });
  assert.deepEqual(told[0]?.what, 'pages');
  assert.deepEqual(told.at(-1), { what: 'records', done: lines, total: lines });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testOutbox } from '../outbox.testing.js';
import { IndexedDbOutbox } from './indexeddb-outbox.js';
import type { Db, WebStorage } from './web-storage.js';
import { fakeWebStorage } from './web-storage.testing.js';

let current: WebStorage = {};
testOutbox('IndexedDbOutbox', {
  open: () => IndexedDbOutbox.open('a', {}, (current = fakeWebStorage())),
  async reopen(outbox) {
    await outbox[Symbol.asyncDispose]();
    return IndexedDbOutbox.open('a', {}, current);
  },
});

function publication(sequence: number, payload = new Uint8Array([sequence])) {
  return { sequence, topic: 't', payload, qos: 1, retain: false, released: false } as const;
}

/** Storage, and `look` at its database before it is told that it is open. */
function watchedStorage(look: (db: Db) => void): WebStorage {
  const { indexedDB, navigator } = fakeWebStorage();
  return {
    navigator: navigator!,
    indexedDB: {
      open(name, version) {
        const request = indexedDB!.open(name, version);
        request.addEventListener('success', () => look(request.result));
        return request;
      },
    },
  };
}

test('IndexedDbOutbox.flush() without room rejects, and the next one writes it all', async () => {
  let full = false;
  const world = watchedStorage((db) => {
    const begin = db.transaction.bind(db);
    db.transaction = (stores, mode, options) => {
      if (full) throw new DOMException('full', 'QuotaExceededError');
      return begin(stores, mode, options);
    };
  });
  const outbox = await IndexedDbOutbox.open('a', {}, world);
  outbox.put(publication(1));
  full = true;
  await assert.rejects(outbox.flush(), {
    name: 'ClientError',
    code: 'outbox-failed',
    message: /gives no more room: free space on the device, or lower `outboxBytesMax`/,
  });
  outbox.put(publication(2));
  full = false;
  await outbox.flush();
  const { publications } = await outbox.load();
  assert.deepEqual(
    publications.map(({ sequence }) => sequence),
    [1, 2],
  );
});

test('IndexedDbOutbox keeps the bytes of a view, not those around it', async () => {
  const world = fakeWebStorage();
  const outbox = await IndexedDbOutbox.open('a', {}, world);
  outbox.put(publication(1, new Uint8Array(1_000_000).subarray(5, 7)));
  await outbox.flush();
  const [stored] = (await outbox.load()).publications;
  assert.equal(stored?.payload.buffer.byteLength, 2);
});

test('IndexedDbOutbox.open() refuses what another page has, and takes it afterwards', async () => {
  const world = fakeWebStorage();
  const outbox = await IndexedDbOutbox.open('a', {}, world);
  await IndexedDbOutbox.open('b', {}, world);
  const signal = AbortSignal.abort();
  await assert.rejects(IndexedDbOutbox.open('a', { signal }, world), {
    code: 'outbox-failed',
    message: /The outbox 'a' is in use: give each page a name of its own/,
  });
  const waiting = IndexedDbOutbox.open('a', { signal: new AbortController().signal }, world);
  await outbox[Symbol.asyncDispose]();
  await (await waiting)[Symbol.asyncDispose]();
});

test('IndexedDbOutbox.open() says what to do where a page may not keep data', async () => {
  const { indexedDB } = fakeWebStorage();
  for (const world of [{}, { indexedDB: indexedDB! }, { indexedDB: indexedDB!, navigator: {} }]) {
    await assert.rejects(IndexedDbOutbox.open('a', {}, world), {
      code: 'outbox-failed',
      message: /load the page over https, or from localhost/,
    });
  }
});

test('IndexedDbOutbox.open() lets its name go when IndexedDB fails', async () => {
  const world = fakeWebStorage();
  const broken = {
    ...world,
    indexedDB: {
      open() {
        throw new DOMException('denied', 'SecurityError');
      },
    },
  };
  for (let round = 0; round < 2; round++) {
    await assert.rejects(IndexedDbOutbox.open('a', {}, broken), {
      code: 'outbox-failed',
      message: /IndexedDB cannot be used \(denied\): allow this site to keep data/,
    });
  }
});

test('IndexedDbOutbox opens again what the browser has closed', async () => {
  let opened = 0;
  let close: (() => void) | undefined;
  const world = watchedStorage((db) => {
    opened++;
    db.addEventListener = (_close, listener) => {
      close = () => {
        db.close();
        listener();
      };
    };
  });
  const outbox = await IndexedDbOutbox.open('a', {}, world);
  outbox.put(publication(1));
  await outbox.flush();
  close?.();
  outbox.put(publication(2));
  await outbox.flush();
  assert.equal((await outbox.load()).publications.length, 2);
  assert.equal(opened, 2);
});

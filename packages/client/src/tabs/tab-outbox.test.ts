import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IndexedDbOutbox } from '../outbox/indexeddb/indexeddb-outbox.js';
import type { WebStorage } from '../outbox/indexeddb/web-storage.js';
import { fakeWebStorage } from '../outbox/indexeddb/web-storage.testing.js';
import { testOutbox } from '../outbox/outbox.testing.js';
import { TabOutbox } from './tab-outbox.js';

async function openIn(world: WebStorage): Promise<TabOutbox> {
  return TabOutbox.of(await IndexedDbOutbox.open('a', {}, world));
}

let current: WebStorage = {};
testOutbox('TabOutbox', {
  open: () => openIn((current = fakeWebStorage())),
  async reopen(outbox) {
    await outbox[Symbol.asyncDispose]();
    return openIn(current);
  },
});

const payload = new Uint8Array(1);
const publication = (sequence: number) =>
  ({ sequence, topic: 't', payload, qos: 1, retain: false, released: false }) as const;

test('TabOutbox knows after a restart what it has accepted of which tab', async () => {
  const world = fakeWebStorage();
  {
    await using outbox = await openIn(world);
    assert.equal(outbox.acceptedOf('one'), 0);
    outbox.accept('one', 1);
    outbox.accept('two', 7);
    outbox.accept('one', 2);
    outbox.accept('gone', 1);
    outbox.forget('gone');
    await outbox.flush();
  }
  await using outbox = await openIn(world);
  assert.deepEqual(new Set(outbox.tabs), new Set(['one', 'two']));
  assert.deepEqual([outbox.acceptedOf('one'), outbox.acceptedOf('two')], [2, 7]);
});

test('TabOutbox knows after a restart what the session is subscribed to', async () => {
  const world = fakeWebStorage();
  {
    await using outbox = await openIn(world);
    outbox.setFilter('a/#', true);
    outbox.setFilter('b', true);
    outbox.setFilter('b', false);
    await outbox.flush();
  }
  await using outbox = await openIn(world);
  assert.deepEqual([...outbox.filters], ['a/#']);
});

test('TabOutbox.restored resolves when what a predecessor has left is done', async () => {
  const world = fakeWebStorage();
  {
    await using outbox = await openIn(world);
    await outbox.load();
    await outbox.restored; // there is nothing
    outbox.put(publication(1));
    outbox.put(publication(2));
    await outbox.flush();
  }
  await using outbox = await openIn(world);
  await outbox.load();
  let restored = false;
  void outbox.restored.then(() => (restored = true));
  outbox.put(publication(3)); // of its own
  outbox.remove(2);
  await outbox.flush();
  assert.equal(restored, false);
  outbox.remove(1);
  await outbox.restored;
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientWorld } from '../client-world.testing.js';
import { ManualClock } from '../model/manual-clock.testing.js';
import { WebLock } from '../outbox/indexeddb/web-lock.js';
import { FakeLocks } from '../outbox/indexeddb/web-storage.testing.js';
import { findLeader, findWorker } from './find-host.js';
import { TabClient } from './tab-client.js';
import { hostLock, TabHost } from './tab-host.js';
import type { HostReply, TabRequest } from './tab-messages.js';
import { ChannelHub, RecordingPort, settled } from './tab-world.testing.js';

const clock = new ManualClock();
const onEnd = () => Promise.resolve();
const partsOf = (name: string) => ({ name, clock, onWelcome: () => {}, onEnd });

function makeHost(locks: FakeLocks, id: string): TabHost {
  const open = () => Promise.resolve({ client: clientWorld().client, outbox: undefined });
  return new TabHost({ open, locks, clock, id, connection: 'shared' });
}

test('findLeader() has one leader, and another when that goes', async () => {
  const locks = new FakeLocks();
  const hub = new ChannelHub();
  const tabs = ['one', 'two', 'three'].map((name) => {
    const tab = new TabClient(partsOf(name));
    const stop = findLeader(tab, {
      name,
      lockName: 'shared',
      locks,
      openChannel: hub.open,
      makeHost: () => makeHost(locks, `host of ${name}`),
    });
    return { tab, stop };
  });
  await settled();
  assert.deepEqual(
    tabs.map(({ tab }) => tab.host),
    Array(3).fill('host of one'),
  );
  await tabs[1]!.stop(); // it was not its turn yet
  await tabs[0]!.stop();
  await settled();
  assert.equal(tabs[2]!.tab.host, 'host of three');
  await tabs[2]!.stop();
});

/** A SharedWorker that says welcome as soon as it is asked. */
function fakeWorker(host: string) {
  const port = new RecordingPort<TabRequest, HostReply>();
  const welcome = { type: 'welcome', host, connection: 'c', accepted: 0 } as const;
  let fail: () => void = () => {};
  const worker = {
    port: {
      postMessage(request: TabRequest) {
        if (request.type !== 'hello') return;
        queueMicrotask(() => port.tell({ ...welcome, state: { type: 'idle' } }));
      },
      addEventListener: (_message: string, listener: (event: { data: HostReply }) => void) =>
        port.listen((data) => listener({ data })),
      start: () => {},
      close: () => {},
    },
    addEventListener: (_error: string, listener: () => void) => {
      fail = listener;
    },
  };
  return { worker: worker as never, fail: () => fail() };
}

test('findWorker() begins another worker when one has ended, each time', async () => {
  const locks = new FakeLocks();
  const tab = new TabClient(partsOf('one'));
  let begun = 0;
  const held: WebLock[] = [];
  const stop = findWorker(tab, () => fakeWorker(`host ${++begun}`).worker, locks);
  for (let round = 1; round <= 3; round++) {
    held.push(await WebLock.acquire(locks, hostLock(`host ${round + 1}`)));
    if (round === 1) continue; // the first worker holds no lock: it has ended
    await settled();
    assert.deepEqual([tab.host, begun], [`host ${round}`, round]);
    await held[round - 2]!.release();
  }
  await settled();
  assert.deepEqual([tab.host, begun], ['host 4', 4]);
  await stop();
  await held[2]!.release();
  await settled();
  assert.equal(begun, 4);
});

test('findWorker() says what to look for when the worker fails', async () => {
  const tab = new TabClient(partsOf('one'));
  const { worker, fail } = fakeWorker('host');
  findWorker(tab, () => worker, new FakeLocks());
  fail();
  await assert.rejects(tab.connected(), {
    code: 'unreachable',
    message: /The SharedWorker failed: check that its script is there and calls `serveShared`/,
  });
});

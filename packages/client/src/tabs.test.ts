import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeWebStorage } from './outbox/indexeddb/web-storage.testing.js';
import { connectShared, serveShared } from './tabs.js';
import { ChannelHub, settled } from './tabs/tab-world.testing.js';

/** Refuses every connection. */
const SERVER = 'ws://127.0.0.1:1';

function world() {
  const hub = new ChannelHub();
  function BroadcastChannel() {
    return hub.open();
  }
  return {
    ...fakeWebStorage(),
    BroadcastChannel: BroadcastChannel as never,
    location: { href: 'https://site/worker.js' },
    name: '',
  };
}

test('connectShared() shares what the first tab has begun, and ends with the last', async () => {
  const shared = world();
  const [one, two] = await Promise.all([
    connectShared(SERVER, {}, shared),
    connectShared(SERVER, {}, shared),
  ]);
  assert.equal(one.host, two.host);
  await one.end({ drain: false });
  await two.until(() => two.host !== undefined);
  await two.end({ drain: false });
  assert.equal(two.state.type, 'ended');
});

const wrong = [
  { options: { keep: true }, error: /`keep` needs cleanSession: false/ },
  { options: { keep: true, cleanSession: false }, error: /needs a clientId/ },
  { options: { keepAlive: -1 }, error: /keepAlive must be a number from 0/ },
];
for (const { options, error } of wrong) {
  test(`connectShared() and serveShared() refuse ${JSON.stringify(options)}`, async () => {
    await assert.rejects(connectShared(SERVER, options, world()), error);
    const worker = { ...world(), addEventListener: () => assert.fail('it listens') };
    assert.throws(() => serveShared(SERVER, options, worker), error);
  });
}

test('connectShared() says what to do where there are no Web Locks', async () => {
  await assert.rejects(
    connectShared(SERVER, {}, {}),
    /load the page over https, or from localhost/,
  );
});

test('connectShared() stops looking when its signal says so', async () => {
  const signal = AbortSignal.abort(new Error('enough'));
  await assert.rejects(connectShared(SERVER, { signal }, world()), /enough/);
});

test('serveShared() is found by its port', async () => {
  const shared = world();
  let connect: ((event: { ports: never[] }) => void) | undefined;
  const addEventListener = (_connect: 'connect', listener: typeof connect) => {
    connect = listener;
  };
  serveShared(SERVER, {}, { ...shared, addEventListener });
  const worker = () => {
    const { port1, port2 } = new MessageChannel();
    connect?.({ ports: [port2 as never] });
    return { port: port1 as never, addEventListener: () => {} };
  };
  const tab = await connectShared(SERVER, { worker }, { ...shared, SharedWorker: worker });
  assert.notEqual(tab.host, undefined);
  await tab.end({ drain: false });
  await settled();
});

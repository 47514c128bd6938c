/** What changes while a broker runs: all of it, or nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Authenticator } from './auth/authenticator.js';
import { createBroker } from './broker.js';
import { RuleAuthorizer } from './auth/rules/rule-authorizer.js';
import { rulesIn } from './auth/rules/rules.testing.js';
import { TestAuthority, TestFiles } from './listeners/tls/test-authority.testing.js';
import { MemoryListener } from './memory-listener.testing.js';
import { TestClient } from './test-client.testing.js';

const NOBODY: Authenticator = {
  authenticate: () => ({ allowed: false, why: 'not-authorized' }),
  stillAdmits: () => false,
};

test('Broker.reload() changes limits and who is let in', async (t) => {
  const broker = await createBroker({ limits: { willBytesMax: 10, inflightMax: 5 } });
  t.after(() => broker.close());
  const listener = new MemoryListener();
  await broker.listen(listener);
  const client = await TestClient.connected(listener, 'c', { cleanSession: false });
  const changed = await broker.reload({
    limits: { willBytesMax: 20 },
    authentication: { authenticator: NOBODY },
  });
  assert.deepEqual(changed, { clientsRevoked: 1, revocations: [] });
  assert.deepEqual([broker.limits.willBytesMax, broker.limits.inflightMax], [20, 1024]);
  await client.closedByPeer();
  assert.equal(broker.gauges().sessions, 1, 'its session stays');
  const refused = new TestClient(listener.connect());
  assert.equal((await refused.connect({ clientId: 'c' })).returnCode, 5);
  assert.deepEqual(await broker.reload({ authentication: { authenticator: undefined } }), {
    clientsRevoked: 0,
    revocations: [],
  });
  await TestClient.connected(listener, 'c');
});

test('Broker.reload() changes nothing if anything of it cannot be', async (t) => {
  const files = await TestFiles.make(t);
  const authority = await TestAuthority.root();
  const pair = await files.pair('server', await authority.issue({ usage: 'server' }));
  const broker = await createBroker();
  t.after(() => broker.close());
  const listener = new MemoryListener();
  await broker.listen(listener);
  const tls = { type: 'tls', port: 0, ...pair } as const;
  await broker.listen(tls);
  const client = await TestClient.connected(listener, 'c');
  const good = {
    limits: { willBytesMax: 20 },
    authentication: { authenticator: NOBODY },
    certificates: [tls],
    bans: [{ clientId: 'other', source: 'configuration' }],
  } as const;
  const noAddress = (address: string) => {
    const message = `'${address}' is neither an address nor a network such as 192.0.2.0/24`;
    return [
      { bans: [...good.bans, { address, source: 'configuration' }] },
      { name: 'TypeError', message: `Cannot ban: ${message}` },
    ] as const;
  };
  const { willBytesMax } = broker.limits;
  for (const [bad, expected] of [
    [{ limits: { willBytesMax: -1 } }, { name: 'RangeError' }],
    [{ certificates: [tls, { ...tls, key: 'none.key' }] }, { name: 'TlsFileError' }],
    [{ certificates: [tls, { ...tls, port: 1 }] }, { name: 'TypeError' }],
    noAddress('300.1.1.1'),
    noAddress('abc'),
    noAddress('10.0.0.0/33'),
    [{ bans: [{ source: 'configuration' }] }, { name: 'TypeError' }],
  ] as const) {
    await assert.rejects(broker.reload({ ...good, ...bad }), expected);
    assert.equal(broker.limits.willBytesMax, willBytesMax);
    assert.deepEqual(broker.bans.list(), []);
  }
  await client.subscribe(['still/there', 0]);
  assert.deepEqual(await broker.reload(good), { clientsRevoked: 1, revocations: [] });
  await client.closedByPeer();
});

test('Broker.reload() replaces the bans of the configuration, and no others', async (t) => {
  const bans = [{ clientId: 'configured', source: 'configuration' }] as const;
  const broker = await createBroker({ bans });
  t.after(() => broker.close());
  const listener = new MemoryListener();
  await broker.listen(listener);
  broker.bans.add({ clientId: 'by the program' });
  const client = await TestClient.connected(listener, 'c');
  await broker.reload({ bans: [{ clientId: 'c', source: 'configuration' }] });
  await client.closedByPeer();
  const banned = broker.bans.list().map(({ clientId }) => clientId);
  assert.deepEqual(new Set(banned), new Set(['by the program', 'c']));
  await TestClient.connected(listener, 'configured');
});

test('Broker.reload() replaces the sizes of packets for clients that come', async (t) => {
  const broker = await createBroker();
  t.after(() => broker.close());
  const listener = new MemoryListener();
  await broker.listen(listener);
  const before = await TestClient.connected(listener, 'before');
  await broker.reload({ clientRules: [{ packetBytesMax: 64 }] });
  const after = await TestClient.connected(listener, 'after');
  for (const client of [before, after]) await client.subscribe(['t', 0]);
  await broker.publish({ topic: 't', payload: 'x'.repeat(100) });
  assert.match(await before.message(), /^t=x/);
  assert.deepEqual(await after.nothingMore(), []);
});

test('Broker.reload() ends delivery by rights that are gone, as foretold', async (t) => {
  const authorizer = new RuleAuthorizer(rulesIn('{ allow: both, topics: ["#"] }'));
  const broker = await createBroker({ authorizer });
  t.after(() => broker.close());
  const listener = new MemoryListener();
  await broker.listen(listener);
  const live = await TestClient.connected(listener, 'live');
  const away = await TestClient.connected(listener, 'away', { cleanSession: false });
  for (const client of [live, away]) await client.subscribe(['kept', 1], ['lost', 1]);
  away.send({ type: 'disconnect' });
  await away.closedByPeer();
  for (const topic of ['lost', 'kept']) await broker.publish({ topic, payload: '1', qos: 1 });
  const rules = rulesIn('{ allow: both, topics: kept }');
  const foretold = await broker.previewRecheck(new RuleAuthorizer(rules));
  assert.equal((await live.nothingMore()).length, 2, 'a preview changes nothing');
  const { revocations } = await broker.reload({ rules });
  assert.deepEqual(revocations, foretold);
  assert.deepEqual(
    revocations.map(({ clientId, connected, filters }) => [clientId, connected, ...filters]),
    [
      ['live', true, 'lost'],
      ['away', false, 'lost'],
    ],
  );
  for (const topic of ['lost', 'kept']) await broker.publish({ topic, payload: '2', qos: 1 });
  assert.deepEqual(await live.nothingMore(), ['kept=2 @ 1 id 3']);
  const again = await TestClient.connected(listener, 'away', { cleanSession: false });
  const got = await again.nothingMore();
  assert.deepEqual(
    got.map((line) => line.slice(0, 6)),
    ['kept=1', 'kept=2'],
  );
});

test('Broker.reload() gives no rules to a broker that was made without', async (t) => {
  const broker = await createBroker();
  t.after(() => broker.close());
  const rules = rulesIn('{ allow: both, topics: kept }');
  await assert.rejects(broker.reload({ rules, limits: { willBytesMax: 1 } }), TypeError);
  assert.notEqual(broker.limits.willBytesMax, 1);
});

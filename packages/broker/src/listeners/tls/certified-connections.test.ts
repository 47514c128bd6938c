import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { ManualClock } from '../../model/manual-clock.testing.js';
import { CertifiedConnections, chainOf } from './certified-connections.js';
import { Revocations } from './revocations.js';
import { SecureWorld } from './secure-world.testing.js';

async function connectedTo(t: TestContext, count: number) {
  const world = await SecureWorld.listening(t, { clientCertificate: 'require' });
  const issued = [];
  const sockets: TLSSocket[] = [];
  for (let index = 0; index < count; index++) {
    const one = await world.authority.issue();
    issued.push(one);
    sockets.push((await world.connected(one)).socket);
  }
  return { world, issued, sockets };
}

test('chainOf() is what a client has shown, and its root', async (t) => {
  const { world, issued, sockets } = await connectedTo(t, 1);
  const expected = [issued[0]?.cert, world.authority.certificate, world.root.certificate];
  const certificates = expected.map((pem) => new X509Certificate(pem ?? ''));
  assert.deepEqual(
    chainOf(sockets[0] as TLSSocket, certificates).map((raw) => raw.toString('hex')),
    certificates.map(({ raw }) => raw.toString('hex')),
  );
});

for (const sends of ['its own certificate alone', 'its authority, too'] as const) {
  test(`chainOf() finds who is above where Node tells what a client sends: ${sends}`, async (t) => {
    const { world, issued } = await connectedTo(t, 1);
    const [own, authority, root] = [
      issued[0]!.cert,
      world.authority.certificate,
      world.root.certificate,
    ].map((pem) => new X509Certificate(pem));
    const told = { raw: own!.raw, issuerCertificate: { raw: authority!.raw } };
    const peer = sends === 'its authority, too' ? told : { raw: own!.raw };
    const socket = { getPeerCertificate: () => peer } as unknown as TLSSocket;
    const names = (known: X509Certificate[]) =>
      chainOf(socket, known).map((raw) => new X509Certificate(raw).subject);
    const all = [own, authority, root].map((one) => one!.subject);
    assert.deepEqual(names([root!, own!, authority!]), all);
    assert.deepEqual(names([]), all.slice(0, peer === told ? 2 : 1));
  });
}

test('CertifiedConnections looks at a slice of time, then others have their turn', async (t) => {
  const { world, issued, sockets } = await connectedTo(t, 5);
  const clock = new ManualClock();
  const turns: (() => void)[] = [];
  t.mock.method(clock, 'endOfTurn', (task: () => void) => void turns.push(task));
  const connections = new CertifiedConnections(clock);
  for (const socket of sockets) connections.add(socket);
  const found: TLSSocket[] = [];
  const lists = [await world.authority.revocations(issued)];
  connections.recheck(new Revocations(lists), [], (socket) => {
    found.push(socket);
    clock.advance(5); // so long it takes: two make a slice
  });
  const counts = [found.length];
  for (let task = turns.shift(); task !== undefined; task = turns.shift()) {
    task();
    counts.push(found.length);
  }
  assert.deepEqual(counts, [2, 4, 5]);
  assert.deepEqual(found, sockets);
});

test('CertifiedConnections goes on with the newer lists when there are some', async (t) => {
  const { world, issued, sockets } = await connectedTo(t, 3);
  const clock = new ManualClock();
  const connections = new CertifiedConnections(clock);
  for (const socket of sockets) connections.add(socket);
  const old = new Revocations([await world.authority.revocations(issued)]);
  const found: TLSSocket[] = [];
  connections.recheck(old, [], (socket) => {
    found.push(socket);
    clock.advance(10);
  });
  connections.recheck(new Revocations([]), [], () => assert.fail('the list is empty'));
  clock.endTurn();
  assert.deepEqual(found, sockets.slice(0, 1));
});

test('CertifiedConnections forgets what is closed', async (t) => {
  const { sockets } = await connectedTo(t, 2);
  const connections = new CertifiedConnections(new ManualClock());
  for (const socket of sockets) connections.add(socket);
  assert.equal(connections.size, 2);
  const closed = once(sockets[0] as TLSSocket, 'close');
  sockets[0]?.destroy();
  await closed;
  assert.equal(connections.size, 1);
});

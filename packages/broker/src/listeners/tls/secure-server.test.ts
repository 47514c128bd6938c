import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { LOOK_INTERVAL_MS } from './file-watch.js';
import { closed, SecureWorld } from './secure-world.testing.js';
import { type Issued, selfSigned, TestAuthority } from './test-authority.testing.js';
import { TlsFileError } from './tls-material.js';

for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
  test(`SecureServer speaks ${version} and shows its chain`, async (t) => {
    const world = await SecureWorld.listening(t);
    const range = { minVersion: version, maxVersion: version };
    const { socket, certificate } = await world.connected(undefined, range);
    assert.equal(socket.getProtocol(), version);
    assert.equal(certificate, undefined);
    assert.equal(world.handshakes.underWay, 0);
  });
}

test('SecureServer refuses what is older than its version', async (t) => {
  const world = await SecureWorld.listening(t, { minVersion: '1.3' });
  assert.match(await world.refused(undefined, { maxVersion: 'TLSv1.2' }), /unsupported protocol/);
  assert.equal(world.counters.tlsHandshakesFailed, 1);
});

test('SecureServer takes the ciphers it is told', async (t) => {
  const world = await SecureWorld.listening(t, { ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384' });
  const options = { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' } as const;
  assert.match(await world.refused(undefined, options), /no shared cipher/);
});

for (const [offers, chosen] of [
  [undefined, false],
  [['mqtt'], 'mqtt'],
  [['x', 'mqtt'], 'mqtt'],
] as const) {
  test(`SecureServer chooses ${chosen} of the protocols ${String(offers)}`, async (t) => {
    const world = await SecureWorld.listening(t);
    const options = offers === undefined ? {} : { ALPNProtocols: [...offers] };
    const { socket } = await world.connected(undefined, options);
    assert.equal(socket.alpnProtocol, chosen);
  });
}

test('SecureServer refuses a client that wants another protocol', async (t) => {
  const world = await SecureWorld.listening(t);
  const why = await world.refused(undefined, { ALPNProtocols: ['http/1.1'] });
  assert.equal(why, 'no application protocol');
});

test('SecureServer shows the certificate for the name that the client asks for', async (t) => {
  const world = await SecureWorld.listening(t);
  const named = await world.authority.issue({ commonName: 'b.example', usage: 'server' });
  const certificates = [await world.files.pair('b', named)];
  const pair = { cert: world.files.path('server.crt'), key: world.files.path('server.key') };
  const other = await SecureWorld.listening(t, { ...pair, certificates });
  const ca = world.root.certificate;
  for (const [servername, expected] of [
    ['localhost', 'localhost'],
    ['b.example', 'b.example'],
    ['unknown.example', 'localhost'],
    ['', 'localhost'],
  ] as const) {
    const client = other.client(undefined, {
      ca,
      servername,
      checkServerIdentity: () => undefined,
    });
    await once(client, 'secureConnect');
    assert.equal(client.getPeerCertificate().subject.CN, expected, servername);
  }
});

test('SecureServer tells who showed a certificate', async (t) => {
  const world = await SecureWorld.listening(t, { clientCertificate: 'require' });
  const shown = await world.authority.issue({
    commonName: 'c',
    names: [{ type: 'email', value: 'c@example' }],
  });
  const { certificate } = await world.connected(shown);
  assert.deepEqual(certificate?.commonNames, ['c']);
  assert.deepEqual(certificate.emails, ['c@example']);
  assert.match(certificate.fingerprint, /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
});

test('SecureServer takes a client without a certificate where it only requests one', async (t) => {
  const world = await SecureWorld.listening(t, { clientCertificate: 'request' });
  assert.equal((await world.connected()).certificate, undefined);
});

type Make = (world: SecureWorld) => Promise<Issued | undefined>;
const bad: [what: string, make: Make, why: string][] = [
  [
    'has expired',
    (world) => world.authority.issue({ fromDay: -9, toDay: -1 }),
    'client certificate: it has expired',
  ],
  [
    'is not valid yet',
    (world) => world.authority.issue({ fromDay: 1, toDay: 2 }),
    'client certificate: it is not valid yet',
  ],
  ['is signed by itself', () => selfSigned('c'), 'client certificate: it is signed by itself'],
  [
    'is of another authority',
    async () => (await TestAuthority.root('Other')).issue(),
    'client certificate: its authority is not one of ca',
  ],
  [
    'is of another authority, and has the same names all the way up',
    async () => (await (await TestAuthority.root()).intermediate()).issue(),
    'client certificate: its authority only has the name of one of ca',
  ],
  [
    'is for servers',
    (world) => world.authority.issue({ usage: 'server' }),
    'client certificate: it is not for clients',
  ],
  ...['a#', 'a+', 'a/b', 'a\0b', 'a\n'].map((name): [string, Make, string] => [
    `has the name ${JSON.stringify(name)}`,
    (world) => world.authority.issue({ commonName: name }),
    `client certificate: of its CN, it holds ${
      name.charCodeAt(1) < 0x20
        ? 'a control character'
        : `${name[1]}, which has a meaning in topics`
    }`,
  ]),
  [
    'has a good name and a bad one',
    (world) => world.authority.issue({ commonName: ['c', 'a#'] }),
    'client certificate: of its CN, it holds #, which has a meaning in topics',
  ],
];
for (const [what, make, why] of bad) {
  test(`SecureServer refuses a client certificate that ${what}`, async (t) => {
    const world = await SecureWorld.listening(t, { clientCertificate: 'request' });
    assert.equal(await world.refused(await make(world)), why);
    assert.equal(world.counters.tlsHandshakesFailed, 1);
  });
}

test('SecureServer refuses a client without a certificate where it requires one', async (t) => {
  const world = await SecureWorld.listening(t, { clientCertificate: 'require' });
  assert.equal(await world.refused(), 'no client certificate');
});

test('SecureServer refuses revoked certificates, also in a session that is resumed', async (t) => {
  const world = await SecureWorld.listening(t);
  const [good, revoked] = [await world.authority.issue(), await world.authority.issue()];
  const lists = async (list: readonly Issued[]) =>
    `${await world.root.revocations()}${await world.authority.revocations(list)}`;
  const crl = await world.files.write('ca.crl', await lists([]));
  const { files, root } = world;
  const pair = { cert: files.path('server.crt'), key: files.path('server.key') };
  const options = { ...pair, ca: files.path('ca.crt'), crl, clientCertificate: 'require' } as const;
  const strict = await SecureWorld.listening(t, options);
  const ca = root.certificate;
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const sessions: Buffer[] = [];
    const client = strict.client(revoked, { ca, maxVersion: version });
    client.on('session', (session: Buffer) => sessions.push(session));
    client.resume();
    await once(client, 'secureConnect');
    await files.write('ca.crl', await lists([revoked]));
    await strict.server.reload();
    const session = sessions.at(-1);
    const resumed = { ca, maxVersion: version, ...(session !== undefined && { session }) };
    assert.equal(await strict.refused(revoked, resumed), 'client certificate: it was revoked');
    await strict.connected(good, { ca });
    await files.write('ca.crl', await lists([]));
    await strict.server.reload();
  }
});

test('SecureServer refuses everybody when a list is missing or has expired', async (t) => {
  const world = await SecureWorld.listening(t);
  const { files, root, authority } = world;
  const good = await authority.issue();
  const pair = { cert: files.path('server.crt'), key: files.path('server.key') };
  const crl = await files.write('ca.crl', await authority.revocations());
  const options = { ...pair, ca: files.path('ca.crt'), crl, clientCertificate: 'require' } as const;
  const strict = await SecureWorld.listening(t, options);
  const ca = root.certificate;
  assert.match(await strict.refused(good, { ca }), /list \(crl\) of its authority is missing/);
  await files.write('ca.crl', `${await root.revocations()}${await authority.revocations([], -1)}`);
  await strict.server.reload();
  assert.match(await strict.refused(good, { ca }), /list \(crl\) has expired/);
});

const plainTexts: [what: string, text: string][] = [
  ['MQTT', '\x10\x0c\x00\x04MQTT\x04\x02\x00\x00\x00\x00'],
  ['HTTP', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['noise', '\x16\x03\x01\xff\xff'.repeat(20)],
];
for (const [what, text] of plainTexts) {
  test(`SecureServer closes a connection that speaks ${what} without TLS`, async (t) => {
    const world = await SecureWorld.listening(t);
    const socket = await world.plain();
    socket.resume();
    socket.write(text, 'latin1');
    await closed(socket);
    const [line, ...more] = world.log.of('tls-failed');
    assert.equal(more.length, 0);
    assert.deepEqual(Object.keys(line?.fields ?? {}), ['event', 'listener', 'address', 'why']);
    assert.doesNotMatch(line?.message ?? '', /\n|\.c:|at /);
    assert.equal(world.handshakes.underWay, 0);
    await world.connected();
  });
}

test('SecureServer ends a handshake that takes too long, byte by byte or not', async (t) => {
  const world = await SecureWorld.listening(t, {}, { tlsHandshakeTimeout: 5 });
  const socket = await world.plain();
  socket.resume();
  const hello = Buffer.from('16030100c8010000c4', 'hex');
  for (let second = 0; second < 5; second++) {
    socket.write(hello.subarray(second, second + 1));
    while (world.handshakes.underWay === 0) await new Promise(setImmediate);
    world.clock.advance(1000);
    if (second < 4) assert.equal(world.handshakes.underWay, 1);
  }
  world.clock.advance(200); // the wheel has ticks
  await closed(socket);
  const [line] = world.log.of('tls-failed');
  assert.equal(line?.fields['why'], 'no handshake within 5 s');
  assert.equal(world.handshakes.underWay, 0);
  assert.equal(world.counters.tlsHandshakesFailed, 1);
});

test('SecureServer takes no more handshakes than tlsHandshakesMax at one time', async (t) => {
  const world = await SecureWorld.listening(t, {}, { tlsHandshakesMax: 3 });
  const idle = await Promise.all([world.plain(), world.plain(), world.plain()]);
  while (world.handshakes.underWay < 3) await new Promise(setImmediate);
  const refused = await world.plain();
  refused.resume();
  await closed(refused);
  assert.equal(world.counters.tlsHandshakesRefused, 1);
  assert.equal(world.log.of('tls-refused').length, 1);
  idle[0].destroy();
  while (world.handshakes.underWay > 2) await new Promise(setImmediate);
  await world.connected();
  assert.equal(world.handshakes.underWay, 2);
});

test('SecureServer does no handshake with an address that is banned', async (t) => {
  const world = await SecureWorld.listening(t);
  world.bans.add({ address: '127.0.0.0/8' });
  const refused = await world.plain();
  refused.resume();
  await closed(refused);
  assert.deepEqual([world.counters.bannedRefused, world.log.of('banned').length], [1, 1]);
  assert.equal(world.counters.tlsHandshakesFailed, 0);
});

test('SecureServer counts no handshake of a client that has hung up already', async (t) => {
  const world = await SecureWorld.listening(t);
  // What the system says of a peer that has hung up; `remoteAddress` asks it.
  const prototype = Socket.prototype as Socket & { _getpeername(): object };
  const gone = t.mock.method(prototype, '_getpeername', () => ({}));
  for (const socket of [await world.plain(), await world.plain(), await world.plain()]) {
    socket.resume();
    await closed(socket);
  }
  gone.mock.restore();
  assert.equal(world.handshakes.underWay, 0);
  assert.equal(world.counters.tlsHandshakesFailed, 3);
  await world.connected();
  assert.equal(world.handshakes.underWay, 0);
});

test('SecureServer takes certificates that have changed, and connections stay', async (t) => {
  const world = await SecureWorld.listening(t);
  const { socket } = await world.connected();
  const next = await world.authority.issue({
    commonName: 'next',
    names: [{ type: 'dns', value: 'localhost' }],
    usage: 'server',
  });
  await world.files.pair('server', next);
  while (world.log.of('certificates-read').length === 0) {
    world.clock.advance(LOOK_INTERVAL_MS);
    await new Promise(setImmediate);
  }
  const client = world.client();
  await once(client, 'secureConnect');
  assert.equal(client.getPeerCertificate().subject.CN, 'next');
  assert.equal(socket.destroyed, false);
});

/** A server with lists of both authorities, to which a good and a bad client are connected. */
async function revocable(t: TestContext) {
  const { files, root, authority } = await SecureWorld.listening(t);
  const write = async (revoked: readonly Issued[], above: readonly Issued[] = []) => {
    const lists = [await authority.revocations(revoked), await root.revocations(above)];
    return files.write('ca.crl', lists.join(''));
  };
  const pair = { cert: files.path('server.crt'), key: files.path('server.key') };
  const crl = await write([]);
  // Node.js 24 does not tell which authority a client has sent: the server knows it as well.
  await files.write('ca.crt', root.certificate + authority.certificate);
  const config = { ...pair, ca: files.path('ca.crt'), crl, clientCertificate: 'require' } as const;
  const world = await SecureWorld.listening(t, config);
  const trust = { ca: root.certificate };
  const [good, bad] = [await authority.issue(), await authority.issue()];
  const stays = (await world.connected(good, trust)).socket;
  const goes = (await world.connected(bad, trust)).socket;
  return { world, write, config, trust, good, bad, stays, goes, files, authority };
}

test('SecureServer closes connections whose certificate is on a new list, no others', async (t) => {
  const { world, write, trust, good, bad, stays, goes } = await revocable(t);
  await write([bad]);
  await world.server.reload();
  await closed(goes);
  const lines = world.log.of('certificate-revoked');
  assert.deepEqual(
    lines.map(({ fields }) => [fields['address'], fields['serialNumber']]),
    [['127.0.0.1', bad.serialNumber]],
  );
  assert.equal(world.counters.tlsRevoked, 1);
  assert.equal(await world.refused(bad, trust), 'client certificate: it was revoked');
  await world.connected(good, trust);
  assert.equal(stays.destroyed, false);
});

test('SecureServer closes connections when the file of its list changes', async (t) => {
  const { world, write, bad, goes } = await revocable(t);
  await write([bad]);
  while (world.log.of('certificate-revoked').length === 0) {
    world.clock.advance(LOOK_INTERVAL_MS);
    await new Promise(setImmediate);
  }
  await closed(goes);
});

test('SecureServer closes all connections of an authority that was revoked', async (t) => {
  const { world, write, authority, stays, goes } = await revocable(t);
  const { serialNumber } = new X509Certificate(authority.certificate);
  await write([], [{ cert: '', key: '', serialNumber }]);
  await world.server.reload();
  await Promise.all([closed(stays), closed(goes)]);
  assert.equal(world.counters.tlsRevoked, 2);
});

test('SecureServer holds a handshake that began before against the new list', async (t) => {
  const { world, write, config, trust, bad, goes } = await revocable(t);
  goes.destroy();
  await closed(goes);
  await write([bad]);
  const wanted = { certificates: [], minVersion: '1.2', ciphers: undefined, ...config } as const;
  const prepared = await world.server.prepare(wanted);
  const count = world.accepted.length;
  // Without a name that it asks for: with one, OpenSSL would have the new list already.
  const unnamed = { ...trust, servername: '', checkServerIdentity: () => undefined };
  const client = world.client(bad, unnamed);
  while (world.handshakes.underWay === 0) await new Promise(setImmediate);
  prepared.apply();
  await closed(client);
  assert.equal(world.log.of('certificate-revoked').length, 1);
  assert.equal(world.accepted.length, count);
});

test('SecureServer keeps connections when the new list is broken', async (t) => {
  const { world, files, stays, goes } = await revocable(t);
  await files.write('ca.crl', 'broken');
  await world.server.reload();
  assert.equal(world.log.of('certificates-refused').length, 1);
  assert.deepEqual([stays.destroyed, goes.destroyed], [false, false]);
});

test('SecureServer keeps its certificate when the new one is broken, and says so', async (t) => {
  const world = await SecureWorld.listening(t);
  await world.files.write('server.crt', 'broken');
  await world.server.reload();
  const [line] = world.log.of('certificates-refused');
  assert.match(String(line?.fields['why']), /^There is no certificate in .*server\.crt$/);
  await world.connected();
});

test('SecureServer.listen() fails for files that cannot be used', async (t) => {
  const world = await SecureWorld.listening(t);
  const pair = { cert: world.files.path('server.crt'), key: world.files.path('ca.crt') };
  await assert.rejects(SecureWorld.listening(t, pair), TlsFileError);
});

test('SecureServer.close() ends handshakes under way and leaves connections alone', async (t) => {
  const world = await SecureWorld.listening(t);
  const { socket } = await world.connected();
  const idle = await world.plain();
  idle.resume();
  while (world.handshakes.underWay === 0) await new Promise(setImmediate);
  world.server.close();
  await closed(idle);
  assert.equal(socket.destroyed, false);
  assert.equal(world.clock.timers, 0);
});

test('SecureServer.prepare() reads other files, and changes nothing before apply()', async (t) => {
  const world = await SecureWorld.listening(t);
  const next = await world.authority.issue({
    commonName: 'next',
    names: [{ type: 'dns', value: 'localhost' }],
    usage: 'server',
  });
  const shown = async () => {
    const client = world.client();
    await once(client, 'secureConnect');
    return client.getPeerCertificate().subject.CN;
  };
  const shared = { certificates: [], ca: undefined, crl: undefined, ciphers: undefined };
  const config = {
    ...shared,
    ...(await world.files.pair('next', next)),
    minVersion: '1.2',
  } as const;
  const wanted = { ...config, clientCertificate: 'none' } as const;
  const timers = world.clock.timers;
  (await world.server.prepare(wanted)).discard();
  const broken = { ...wanted, key: world.files.path('server.key') };
  await assert.rejects(world.server.prepare(broken), TlsFileError);
  assert.equal(world.clock.timers, timers, 'no watch is left behind');
  const prepared = await world.server.prepare(wanted);
  assert.equal(await shown(), 'localhost');
  prepared.apply();
  assert.equal(await shown(), 'next');
  // From now on these are the files that are looked at.
  await world.files.write('next.crt', 'broken');
  while (world.log.of('certificates-refused').length === 0) {
    world.clock.advance(LOOK_INTERVAL_MS);
    await new Promise(setImmediate);
  }
  world.server.close();
  assert.equal(world.clock.timers, 0);
});

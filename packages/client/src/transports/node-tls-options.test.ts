// needs: openssl
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { createServer, type TLSSocket } from 'node:tls';
import { nodeTlsOptions } from './node-tls-options.js';
import { Recorder } from './recorder.testing.js';
import { TcpTransport } from './tcp-transport.js';
import { selfSigned, tlsServer } from './test-servers.testing.js';

test('nodeTlsOptions() passes on what Node.js has the same names for', () => {
  const given = { servername: 'a', minVersion: 'TLSv1.2', ciphers: 'A:B' } as const;
  assert.deepEqual(nodeTlsOptions(given), given);
  assert.deepEqual(nodeTlsOptions({ alpn: 'x' }), { ALPNProtocols: ['x'] });
});

const KEY = Uint8Array.of(1, 2, 3, 4);

for (const [what, key, told] of [
  ['opens with the key that the server has', KEY, ['opened']],
  ['does not open with another one', Uint8Array.of(1), ['closed']],
] as const) {
  test(`TcpTransport ${what}`, async (t) => {
    const server = createServer({
      ciphers: 'PSK',
      maxVersion: 'TLSv1.2',
      pskCallback: (_socket: TLSSocket, identity: string) => (identity === 'me' ? KEY : null),
    });
    server.on('tlsClientError', () => {});
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const recorder = new Recorder();
    const tls = { psk: { identity: 'me', key } };
    const transport = TcpTransport.open(new URL(`mqtts://127.0.0.1:${port}`), recorder, {
      tls,
      headers: {},
    });
    t.after(() => {
      transport.close(true);
      server.close();
    });
    await recorder.hears(told[0]);
    assert.deepEqual(recorder.told, told);
  });
}

for (const [servername, told] of [
  ['other.example', 'closed'],
  ['127.0.0.1', 'opened'],
] as const) {
  test(`TcpTransport compares names beside a shared key, too: ${servername}`, async (t) => {
    const certificate = await selfSigned();
    const { url } = await tlsServer(t, certificate);
    const recorder = new Recorder();
    const psk = { identity: 'me', key: KEY };
    const tls = { psk, ca: certificate.cert.toString(), ciphers: 'ECDHE+AESGCM', servername };
    const transport = TcpTransport.open(url, recorder, { tls, headers: {} });
    t.after(() => transport.close(true));
    await recorder.until(() => recorder.told.length > 0);
    assert.deepEqual(recorder.told, [told]);
  });
}

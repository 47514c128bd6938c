import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { addConnectionFlags } from './connection-flags.js';

test('addConnectionFlags() reads the flags as mosquitto spells them', () => {
  const command = new Command();
  addConnectionFlags(command);
  const args =
    '-h h -p 1 -u u -P p -i i -k 5 -c -M 7 -d --quiet --will-topic w --will-qos 1 --will-retain '
    + '--cafile ca --cert c --key k --insecure --nodelay -V mqttv311 -A 127.0.0.1 --keyform pem '
    + '--tls-version tlsv1.2 --ciphers A:B --tls-alpn x --psk 00 --psk-identity me --unix s';
  command.parse(args.split(' '), { from: 'user' });
  assert.deepEqual(command.opts(), {
    host: 'h',
    port: '1',
    username: 'u',
    pw: 'p',
    id: 'i',
    keepalive: '5',
    disableCleanSession: true,
    maxInflight: '7',
    debug: true,
    quiet: true,
    willTopic: 'w',
    willQos: '1',
    willRetain: true,
    cafile: 'ca',
    cert: 'c',
    key: 'k',
    insecure: true,
    nodelay: true,
    protocolVersion: 'mqttv311',
    bindAddress: '127.0.0.1',
    keyform: 'pem',
    tlsVersion: 'tlsv1.2',
    ciphers: 'A:B',
    tlsAlpn: 'x',
    psk: '00',
    pskIdentity: 'me',
    unix: 's',
  });
});

const refused: [args: string, why: string][] = [
  ['-D connect user-property a', '-D cannot be had here: MQTT 3.1.1 has no properties'],
  ['--property connect x y', '--property cannot be had here: MQTT 3.1.1 has no properties'],
  ['-x 60', '-x cannot be had here: in MQTT 3.1.1 no session expires; --disable-clean-session'],
  ['--proxy socks5h://h', '--proxy cannot be had here: no way leads through SOCKS; a tunnel does'],
  ['--tls-engine e', '--tls-engine cannot be had here: Node.js has no engines of OpenSSL; --key'],
  [
    '--tls-engine-kpass-sha1 e',
    '--tls-engine-kpass-sha1 cannot be had here: Node.js has no engines',
  ],
  ['--tls-versoin x', "unknown option '--tls-versoin'"],
];
for (const [args, why] of refused) {
  test(`addConnectionFlags() refuses ${args} and says why`, () => {
    const said: string[] = [];
    const command = new Command();
    command.exitOverride().configureOutput({ outputError: (text) => said.push(text) });
    addConnectionFlags(command);
    assert.throws(() => command.parse(args.split(' '), { from: 'user' }));
    assert.ok(said[0]?.startsWith(`error: ${why}`), said[0]);
    assert.equal(said[0]?.trimEnd().includes('\n'), args.includes('versoin'));
  });
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networkKey, parseAddress, parseNetwork } from './network.js';

const networks = [
  ['192.0.2.1', '192.0.2.1/32'],
  ['192.0.2.77/24', '192.0.2.0/24'],
  ['10.255.0.0/12', '10.240.0.0/12'],
  ['0.0.0.0/0', '0.0.0.0/0'],
  ['::1', '0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1/128'],
  ['2001:db8::/32', '32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.0/32'],
  ['::ffff:192.0.2.1', '192.0.2.1/32'],
  ['::ffff:192.0.2.1/128', '192.0.2.1/32'],
  ['::ffff:10.255.0.0/108', '10.240.0.0/12'],
  ['::FFFF:0a00:0/104', '10.0.0.0/8'],
  ['::ffff:0:0/96', '0.0.0.0/0'],
] as const;
for (const [text, key] of networks) {
  test(`networkKey() of ${text} is ${key}`, () => {
    const network = parseNetwork(text);
    assert.ok(network);
    assert.equal(networkKey(network.bytes, network.bits), key);
  });
}

const bad = [
  '',
  'a.example',
  '192.0.2',
  '0x7f.1',
  '010.0.0.1',
  '192.0.2.1/33',
  '::/129',
  '1.2.3.4/',
  '::ffff:10.0.0.0/8',
  '::ffff:10.0.0.0/95',
  '::ffff:10.0.0.0/129',
];
for (const text of [...bad, '1.2.3.4/-1', '1.2.3.4/08', '1.2.3.4/1e1', '1.2.3.4/8/8', '/8']) {
  test(`parseNetwork() refuses '${text}'`, () => {
    assert.equal(parseNetwork(text), undefined);
  });
}

test('parseAddress() knows no address where a transport has none', () => {
  assert.equal(parseAddress('memory'), undefined);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AddressSet, isAddressRange } from './address-set.js';

const CASES: readonly [ranges: string[], address: string, isIn: boolean][] = [
  [['192.0.2.1'], '192.0.2.1', true],
  [['192.0.2.1'], '192.0.2.2', false],
  [['192.0.2.1'], '::ffff:192.0.2.1', true],
  [['10.0.0.0/8'], '10.255.255.255', true],
  [['10.0.0.0/8'], '11.0.0.0', false],
  [['10.1.2.3/8'], '10.9.9.9', true],
  [['0.0.0.0/0'], '203.0.113.9', true],
  [['0.0.0.0/0'], '2001:db8::1', false],
  [['2001:db8::/32'], '2001:db8:1::1', true],
  [['2001:db8::/32'], '2001:db9::1', false],
  [['2001:DB8::1'], '2001:db8:0:0:0:0:0:1', true],
  [['fe80::/10'], 'fe80::1%eth0', true],
  [['::/0'], '2001:db8::1', true],
  [['10.0.0.0/8', '::1'], '::1', true],
  [['10.0.0.0/8'], '', false],
  [['10.0.0.0/8'], 'unix', false],
  [['10.0.0.0/8'], '10.0.0.1:1883', false],
];
for (const [ranges, address, isIn] of CASES) {
  test(`AddressSet of ${ranges.join(', ')} ${isIn ? 'has' : 'has not'} ${address}`, () => {
    assert.equal(new AddressSet(ranges).has(address), isIn);
  });
}

const RANGES: readonly [text: string, good: boolean][] = [
  ['10.0.0.1', true],
  ['10.0.0.0/0', true],
  ['10.0.0.0/32', true],
  ['::1', true],
  ['fe80::/128', true],
  ['10.0.0.0/33', false],
  ['10.0.0.0/-1', false],
  ['10.0.0.0/', false],
  ['10.0.0.0/8.5', false],
  ['10.0.0.0/0x8', false],
  ['10.0.0.0/8/8', false],
  ['10.0.0/8', false],
  ['fe80::/129', false],
  ['fe80::1%eth0', false],
  ['localhost', false],
  ['', false],
  ['/8', false],
];
for (const [text, good] of RANGES) {
  test(`isAddressRange() ${good ? 'takes' : 'refuses'} ${text}`, () => {
    assert.equal(isAddressRange(text), good);
  });
}

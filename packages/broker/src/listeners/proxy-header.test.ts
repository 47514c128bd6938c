import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROXY_HEADER_BYTES_MAX, parseProxyHeader } from './proxy-header.js';

const SIGNATURE = '0d0a0d0a000d0a515549540a';

function v1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** A header of version 2: the byte of command and that of family, then the addresses. */
function v2(commandAndFamily: string, addresses = '', length = addresses.length / 2): Buffer {
  const lengthBytes = length.toString(16).padStart(4, '0');
  return Buffer.from(SIGNATURE + commandAndFamily + lengthBytes + addresses, 'hex');
}

const IPV4 = 'c0000207c6336401dc04075b'; // 192.0.2.7 to 198.51.100.1, from port 56324 to 1883
const IPV6 = `${'20010db8000000000000000000000007'.repeat(2)}dc04075b`;
const MAPPED = `${'00000000000000000000ffffc0000207'.repeat(2)}dc04075b`;
const UNIX = '2f'.padEnd(432, '0');

const LONGEST_V1 =
  'PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff '
  + 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n';

const valid: { name: string; header: Buffer; address: string | undefined }[] = [
  {
    name: 'v1 TCP4',
    header: v1('PROXY TCP4 192.0.2.7 198.51.100.1 56324 1883\r\n'),
    address: '192.0.2.7',
  },
  {
    name: 'v1 TCP4, smallest and largest ports',
    header: v1('PROXY TCP4 255.255.255.255 0.0.0.0 0 65535\r\n'),
    address: '255.255.255.255',
  },
  {
    name: 'v1 TCP6',
    header: v1('PROXY TCP6 2001:db8::7 2001:db8::1 56324 1883\r\n'),
    address: '2001:db8::7',
  },
  {
    name: 'v1 TCP6 written in full',
    header: v1('PROXY TCP6 2001:0DB8:0:0:0:0:0:7 ::1 56324 1883\r\n'),
    address: '2001:db8::7',
  },
  { name: 'v1 UNKNOWN', header: v1('PROXY UNKNOWN\r\n'), address: undefined },
  { name: 'v1 UNKNOWN of 107 bytes', header: v1(LONGEST_V1), address: undefined },
  { name: 'v2 IPv4', header: v2('2111', IPV4), address: '192.0.2.7' },
  { name: 'v2 IPv4, datagrams', header: v2('2112', IPV4), address: '192.0.2.7' },
  {
    name: 'v2 IPv4 with extensions',
    header: v2('2111', `${IPV4}0300041234567` + '8'),
    address: '192.0.2.7',
  },
  { name: 'v2 IPv6', header: v2('2121', IPV6), address: '2001:db8::7' },
  { name: 'v2 IPv6 that holds IPv4', header: v2('2121', MAPPED), address: '::ffff:192.0.2.7' },
  { name: 'v2 Unix', header: v2('2131', UNIX), address: undefined },
  { name: 'v2 unspecified', header: v2('2100'), address: undefined },
  { name: 'v2 unspecified with bytes to skip', header: v2('2100', 'ffff'), address: undefined },
  { name: 'v2 LOCAL', header: v2('2000'), address: undefined },
  { name: 'v2 LOCAL with an address to skip', header: v2('2011', IPV4), address: undefined },
  { name: 'v2 LOCAL of a family to come', header: v2('20f5', 'ff'), address: undefined },
  { name: 'v2 of 528 bytes', header: v2('2111', IPV4.padEnd(1024, '0')), address: '192.0.2.7' },
];

for (const { name, header, address } of valid) {
  test(`parseProxyHeader() reads ${name}, cut anywhere, and leaves what follows`, () => {
    const { length } = header;
    for (let cut = 0; cut < length; cut++) {
      assert.equal(parseProxyHeader(header.subarray(0, cut)), 'incomplete', `cut at ${cut}`);
    }
    assert.deepEqual(parseProxyHeader(header), { address, length });
    for (const more of ['\r\n', 'x', '\x10\x0c\x00\x04MQTT', 'y'.repeat(2000)]) {
      const bytes = Buffer.concat([header, Buffer.from(more, 'latin1')]);
      assert.deepEqual(parseProxyHeader(bytes), { address, length });
    }
  });
}

const invalid: { name: string; header: Buffer }[] = [
  { name: 'CONNECT without a header', header: Buffer.from('100c00044d515454', 'hex') },
  { name: 'HTTP', header: v1('GET / HTTP/1.1\r\n') },
  { name: 'v1 in small letters', header: v1('proxy TCP4 192.0.2.7 198.51.100.1 1 2\r\n') },
  { name: 'v1 without a family', header: v1('PROXY \r\n') },
  { name: 'v1 of another family', header: v1('PROXY UDP4 192.0.2.7 198.51.100.1 1 2\r\n') },
  { name: 'v1 of a family that objects have', header: v1('PROXY constructor ::1 ::1 1 2\r\n') },
  { name: 'v1 without addresses', header: v1('PROXY TCP4\r\n') },
  { name: 'v1 without a destination', header: v1('PROXY TCP4 192.0.2.7\r\n') },
  { name: 'v1 without ports', header: v1('PROXY TCP4 192.0.2.7 198.51.100.1\r\n') },
  { name: 'v1 with a field too many', header: v1('PROXY TCP4 192.0.2.7 198.51.100.1 1 2 3\r\n') },
  { name: 'v1 with two spaces', header: v1('PROXY TCP4  192.0.2.7 198.51.100.1 1 2\r\n') },
  { name: 'v1 with a name', header: v1('PROXY TCP4 localhost 198.51.100.1 1 2\r\n') },
  { name: 'v1 with half an address', header: v1('PROXY TCP4 192.0.2 198.51.100.1 1 2\r\n') },
  { name: 'v1 TCP4 with IPv6', header: v1('PROXY TCP4 ::1 ::1 1 2\r\n') },
  { name: 'v1 TCP6 with IPv4', header: v1('PROXY TCP6 192.0.2.7 198.51.100.1 1 2\r\n') },
  { name: 'v1 to another family', header: v1('PROXY TCP4 192.0.2.7 ::1 1 2\r\n') },
  { name: 'v1 with port 65536', header: v1('PROXY TCP4 192.0.2.7 198.51.100.1 65536 2\r\n') },
  { name: 'v1 with port -1', header: v1('PROXY TCP4 192.0.2.7 198.51.100.1 1 -1\r\n') },
  { name: 'v1 with port 01', header: v1('PROXY TCP4 192.0.2.7 198.51.100.1 01 1\r\n') },
  { name: 'v1 with a word as port', header: v1('PROXY TCP4 192.0.2.7 198.51.100.1 mqtt 1\r\n') },
  { name: 'v1 of 108 bytes', header: v1(LONGEST_V1.replace('\r\n', '0\r\n')) },
  { name: 'v1 without an end', header: v1(`PROXY UNKNOWN ${'x'.repeat(93)}`) },
  { name: 'v2 of version 1', header: v2('1111', IPV4) },
  { name: 'v2 of version 3', header: v2('3111', IPV4) },
  { name: 'v2 of command 2', header: v2('2211', IPV4) },
  { name: 'v2 of family 4', header: v2('2141', IPV4) },
  { name: 'v2 IPv4 that is too short', header: v2('2111', IPV4.slice(2)) },
  { name: 'v2 IPv6 that is too short', header: v2('2121', IPV4) },
  { name: 'v2 Unix that is too short', header: v2('2131', UNIX.slice(2)) },
  { name: 'v2 that declares 529 bytes', header: v2('2111', IPV4, 513) },
  { name: 'v2 that declares 65551 bytes', header: v2('2111', '', 65_535) },
  { name: 'v2 with a damaged signature', header: v2('2111', IPV4).fill(0, 11, 12) },
];
for (const { name, header } of invalid) {
  test(`parseProxyHeader() refuses ${name}`, () => {
    assert.equal(parseProxyHeader(header), 'invalid');
    const more = Buffer.concat([header, Buffer.alloc(PROXY_HEADER_BYTES_MAX)]);
    assert.equal(parseProxyHeader(more), 'invalid');
  });
}

test('parseProxyHeader() refuses at the first byte that cannot be', () => {
  for (const { header } of valid) {
    for (let at = 0; at < 6; at++) {
      const wrong = Buffer.from(header.subarray(0, at + 1));
      wrong[at] = wrong[at]! ^ 0x80;
      assert.equal(parseProxyHeader(wrong), 'invalid');
    }
  }
});

test('parseProxyHeader() waits for no more than PROXY_HEADER_BYTES_MAX', () => {
  for (const start of [v1('PROXY '), v2('2111', IPV4, 512)]) {
    const bytes = Buffer.alloc(PROXY_HEADER_BYTES_MAX, 'x');
    bytes.set(start);
    assert.notEqual(parseProxyHeader(bytes), 'incomplete');
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostPort, isHost, isLoopback } from './host-address.js';

const hosts: [host: string, written: boolean, loopback: boolean][] = [
  ['127.0.0.1', true, true],
  ['127.8.8.8', true, true],
  ['localhost', true, true],
  ['LOCALHOST', true, true],
  ['::1', true, true],
  ['0:0:0:0:0:0:0:1', true, true],
  ['::ffff:127.0.0.1', true, true],
  ['0.0.0.0', true, false],
  ['::', true, false],
  ['::2', true, false],
  ['192.168.1.10', true, false],
  ['fe80::1%eth0', true, false],
  ['broker.example.com', true, false],
  ['my_container', true, false],
  ['localhost.example.com', true, false],
  ['127.0.0.1.example.com', true, false],
  ['127.1', true, false],
  ['', false, false],
  ['*', false, false],
  ['a b', false, false],
  ['localhost:1883', false, false],
  ['[::1]', false, false],
  ['mqtt://localhost', false, false],
  ['localhost\n', false, false],
  ['a'.repeat(254), false, false],
];
for (const [host, written, loopback] of hosts) {
  const shown = JSON.stringify(host.slice(0, 40));
  test(`isHost() ${written ? 'accepts' : 'refuses'} ${shown}`, () => {
    assert.equal(isHost(host), written);
  });
  test(`isLoopback() ${loopback ? 'holds for' : 'does not hold for'} ${shown}`, () => {
    assert.equal(isLoopback(host), loopback);
  });
}

test('hostPort() puts brackets around IPv6 addresses only', () => {
  assert.equal(hostPort('127.0.0.1', 1883), '127.0.0.1:1883');
  assert.equal(hostPort('::1', 1883), '[::1]:1883');
});

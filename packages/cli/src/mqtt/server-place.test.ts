import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeOf } from './server-place.js';

const cases: readonly (readonly [url: string, host: string, port: number])[] = [
  ['mqtt://broker.example', 'broker.example', 1883],
  ['mqtts://broker.example', 'broker.example', 8883],
  ['ws://broker.example/mqtt', 'broker.example', 80],
  ['wss://broker.example/mqtt', 'broker.example', 443],
  ['mqtt://broker.example:8883', 'broker.example', 8883],
  ['mqtt://[::1]:1', '::1', 1],
];
for (const [url, host, port] of cases) {
  test(`placeOf() finds ${host} and ${port} in ${url}`, () => {
    assert.deepEqual(placeOf(new URL(url)), { host, port });
  });
}

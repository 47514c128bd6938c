import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SCENARIOS } from '../scenarios.js';
import { peer } from './peer.js';

const accepted: [text: string, host: string][] = [
  ['fast=127.0.0.1:1884,77', '127.0.0.1'],
  ['fast=::1:1884,77', '::1'],
  ['fast=localhost:1884,77', 'localhost'],
];
for (const [text, host] of accepted) {
  test(`peer() reads ${text}`, async () => {
    const [scenario] = SCENARIOS;
    assert.ok(scenario !== undefined);
    const kind = peer(text);
    const running = await kind.start(scenario, 1);
    assert.deepEqual(
      [kind.name, running.host, running.port, running.pid],
      ['fast', host, 1884, 77],
    );
  });
}

for (const text of ['fast', 'fast=1884,77', 'fast=host:1884', 'fast=host:port,77', '=h:1,2']) {
  test(`peer() refuses ${text}`, () => {
    assert.throws(() => peer(text), RangeError);
  });
}

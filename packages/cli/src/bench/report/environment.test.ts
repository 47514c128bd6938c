import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { test } from 'node:test';
import { environmentOf } from './environment.js';

test('environmentOf() tells the machine, not its name', () => {
  const environment = environmentOf('1.2.3');
  assert.deepEqual([environment.version, environment.node], ['1.2.3', process.version]);
  assert.ok(environment.cores >= 1 && environment.memoryBytes > 2 ** 20);
  const { version: _, ...rest } = environment;
  assert.ok(!Object.values(rest).includes(hostname()));
});

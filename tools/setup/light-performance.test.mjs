import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { pathOf } from './command.mjs';
import { performance as light } from './light-performance.mjs';

test('light performance.now() is in milliseconds and never goes back', () => {
  const [first, since] = [light.now(), performance.now()];
  let last = first;
  while (performance.now() - since < 5) {
    const now = light.now();
    assert.ok(now >= last);
    last = now;
  }
  const took = performance.now() - since;
  assert.ok(Math.abs(light.now() - first - took) < took, `${last - first} ms of ${took}`);
});

test('light performance tells the time of day', () => {
  const atMs = light.timeOrigin + light.now();
  assert.ok(Math.abs(atMs - Date.now()) < 1000, `${atMs}`);
});

test('light performance has all that the bundles ask of it', async () => {
  const folder = pathOf('packages/cli/dist/quick');
  const bundles = (await readdir(folder)).filter((name) => name.endsWith('.cjs'));
  assert.equal(bundles.length, 3);
  for (const name of bundles) {
    const code = await readFile(join(folder, name), 'utf8');
    const asked = [...code.matchAll(/(?<!-)\bperformance\d*\.(\w+)/g)].map(([, key]) => key);
    assert.ok(asked.length > 0);
    for (const key of asked) assert.ok(Object.hasOwn(light, key), `${name}: ${key}`);
  }
});

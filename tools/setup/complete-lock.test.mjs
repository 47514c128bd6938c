import assert from 'node:assert/strict';
import { test } from 'node:test';

import { completed } from './complete-lock.mjs';

const oxlint = {
  version: '1.0.0',
  dev: true,
  license: 'MIT',
  optionalDependencies: { '@oxlint/linux-x64-musl': '1.0.0', '@oxlint/darwin-arm64': '1.0.0' },
  engines: { node: '>=20' },
};

test('completed() adds an entry for every optional package, in order', () => {
  const { packages, added } = completed({ '': {}, 'node_modules/oxlint': oxlint });
  assert.deepEqual(Object.keys(packages), [
    '',
    'node_modules/@oxlint/darwin-arm64',
    'node_modules/@oxlint/linux-x64-musl',
    'node_modules/oxlint',
  ]);
  assert.equal(added.length, 2);
  assert.deepEqual(packages['node_modules/@oxlint/linux-x64-musl'], {
    version: '1.0.0',
    cpu: ['x64'],
    dev: true,
    libc: ['musl'],
    license: 'MIT',
    optional: true,
    os: ['linux'],
    engines: { node: '>=20' },
  });
});

test('completed() leaves a complete lock as it is', () => {
  const once = completed({ 'node_modules/oxlint': oxlint }).packages;
  const twice = completed(once);
  assert.deepEqual(twice, { packages: once, added: [] });
});

test('completed() takes a package inside another for there', () => {
  const nested = { version: '1.0.0', optionalDependencies: { b: '^2.0.0' } };
  const packages = { 'node_modules/a': nested, 'node_modules/a/node_modules/b': {} };
  assert.deepEqual(completed(packages).added, []);
});

test('completed() refuses what it cannot place', () => {
  const packages = { 'node_modules/a': { optionalDependencies: { 'a-native': '1.0.0' } } };
  assert.throws(() => completed(packages), /a-native@1\.0\.0 cannot be told/);
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { isNotYet, notYet, RELEASE } from './not-yet.js';

test('notYet() names the setting as written, the release and what holds instead', () => {
  assert.equal(
    notYet('authorization', 'authorization'),
    `authorization is not available in Magpie ${RELEASE}: `
      + 'every client may publish and subscribe to every topic',
  );
});

test('isNotYet() knows the agreed parts and nothing else', () => {
  assert.equal(isNotYet('authorization'), true);
  assert.equal(isNotYet('listeners[].type: tls'), false);
  assert.equal(isNotYet('storage.sync'), false);
  assert.equal(isNotYet('toString'), false);
});

test('RELEASE is the version of the package', () => {
  const url = new URL('../../package.json', import.meta.url);
  const { version } = JSON.parse(readFileSync(url, 'utf8')) as { version: string };
  assert.ok(version.startsWith(`${RELEASE}.`));
});

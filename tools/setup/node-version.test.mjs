import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { pathOf } from './command.mjs';
import { isAtLeast, isSupportedNode, NODE_MIN } from './node-version.mjs';

const cases = [
  ['v20.19.0', true],
  ['v20.19.6', true],
  ['v20.20.0', true],
  ['v22.0.0', true],
  ['v26.10.0', true],
  ['v20.18.9', false],
  ['v18.20.0', false],
  ['v9.99.99', false],
];
for (const [version, supported] of cases) {
  test(`isAtLeast() takes ${version} for ${supported ? '' : 'less than '}20.19.0`, () => {
    assert.equal(isAtLeast(version, '20.19.0'), supported);
  });
}

test('isSupportedNode() says nothing about this Node.js', () => {
  assert.equal(isSupportedNode(process.version), true);
});

test('isSupportedNode() refuses an old Node.js in one line and exit code 1', () => {
  const module = JSON.stringify(import.meta.resolve('./node-version.mjs'));
  const script = `import { isSupportedNode } from ${module};
    if (isSupportedNode('v18.1.0')) console.error('runs');`;
  assert.throws(
    () => execFileSync(process.execPath, ['--input-type=module', '-e', script], { stdio: 'pipe' }),
    (error) =>
      error.status === 1
      && error.stderr.toString()
        === 'magpie: Node.js 20.19.0 or newer is needed: this is v18.1.0\n',
  );
});

test('NODE_MIN is what package.json says', () => {
  const { engines } = JSON.parse(readFileSync(pathOf('package.json'), 'utf8'));
  assert.equal(isAtLeast(NODE_MIN, engines.node.replace('>=', '')), true);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { installProblem, npmError } from './install.mjs';

const linux = { platform: 'linux', arch: 'x64' };
const wanted = {
  '': { name: 'magpie' },
  'packages/cli': { version: '0.1.0', bin: { magpie: 'bin/magpie.js' } },
  'node_modules/ws': { version: '8.0.0', integrity: 'sha512-a' },
  'node_modules/@x/linux-x64': { version: '1.0.0', optional: true, os: ['linux'], cpu: ['x64'] },
  'node_modules/@x/darwin-arm64': { version: '1.0.0', optional: true, os: ['darwin'] },
};
const installed = {
  'packages/cli': wanted['packages/cli'],
  'node_modules/ws': wanted['node_modules/ws'],
  'node_modules/@x/linux-x64': wanted['node_modules/@x/linux-x64'],
};

const cases = [
  ['nothing to do', installed, linux, undefined],
  ['no node_modules', undefined, linux, 'nothing is installed'],
  ['a new package', without('node_modules/ws'), linux, 'node_modules/ws is missing'],
  [
    'another version',
    { ...installed, 'node_modules/ws': { version: '7.0.0', integrity: 'sha512-b' } },
    linux,
    'node_modules/ws is another version',
  ],
  [
    'a new command of a workspace',
    { ...installed, 'packages/cli': { version: '0.1.0' } },
    linux,
    'packages/cli is another version',
  ],
  [
    'a copy from another machine',
    installed,
    { platform: 'darwin', arch: 'arm64' },
    'node_modules/@x/linux-x64 is for another platform',
  ],
  ['an optional package that is not there', without('node_modules/@x/linux-x64'), linux, undefined],
];
for (const [name, have, host, expected] of cases) {
  test(`installProblem() sees ${name}`, () => {
    assert.equal(
      installProblem(wanted, have, host, () => true),
      expected,
    );
  });
}

test('installProblem() sees what was removed by hand', () => {
  const isThere = (path) => path !== 'node_modules/ws';
  assert.equal(installProblem(wanted, installed, linux, isThere), 'node_modules/ws was removed');
});

const outputs = [
  [
    'npm error code ENOTFOUND\nnpm error syscall getaddrinfo\nnpm error network request failed\n'
      + 'npm error network in most cases you …',
    'network request failed',
  ],
  ['npm ERR! code EUSAGE\nnpm ERR! \nnpm ERR! Not in sync', 'Not in sync'],
  ['sh: npm: not found\n', 'sh: npm: not found'],
];
for (const [output, cause] of outputs) {
  test(`npmError() finds: ${cause}`, () => assert.equal(npmError(output), cause));
}

function without(path) {
  const { [path]: _, ...others } = installed;
  return others;
}

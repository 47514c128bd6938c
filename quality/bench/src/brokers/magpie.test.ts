import assert from 'node:assert/strict';
import { test } from 'node:test';

import { magpiePort, profileFlags } from './magpie.js';

const lines: [name: string, line: string, port: number | undefined][] = [
  ['the line listening', '{"level":30,"msg":"listening","listener":"tcp","port":1884}', 1884],
  ['another line', '{"level":30,"msg":"started","port":1884}', undefined],
  ['a line without port', '{"level":30,"msg":"listening"}', undefined],
  ['no JSON', 'listening on 1884', undefined],
];
for (const [name, line, port] of lines) {
  test(`magpiePort() of ${name} is ${port}`, () => assert.equal(magpiePort(line), port));
}

test('profileFlags() name one profile of one folder', () => {
  assert.deepEqual(profileFlags('out', 'idle-1'), [
    '--cpu-prof',
    '--cpu-prof-dir=out',
    '--cpu-prof-name=idle-1.cpuprofile',
  ]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isBelow, needsOf, testFiles } from './test-files.mjs';

const needs = [
  ['// needs: mosquitto-clients\nimport a;', ['mosquitto-clients']],
  ['/** A test. */\n// needs: paho-c, mosquitto\n', ['paho-c', 'mosquitto']],
  ['// needs: redis\n// needs: man\nimport a;', ['redis', 'man']],
  ["const text = '// needs: x';", []],
  ['import a;', []],
];
for (const [text, expected] of needs) {
  test(`needsOf() finds ${expected.join(' and ') || 'nothing'}`, () => {
    assert.deepEqual(needsOf(text), expected);
  });
}

const framer = {
  source: 'packages/protocol/src/framing/framer.test.ts',
  file: 'packages/protocol/dist/framing/framer.test.js',
};
const paths = [
  ['.', true],
  ['packages', true],
  ['packages/protocol', true],
  ['packages/protocol/src/framing', true],
  ['packages/protocol/dist/framing/framer.test.js', true],
  ['packages/protocol/src/framing/framer.test.ts', true],
  ['packages/proto', false],
  ['packages/broker', false],
];
for (const [path, expected] of paths) {
  test(`isBelow() ${expected ? 'finds' : 'does not find'} the test in ${path}`, () => {
    assert.equal(isBelow(framer, path), expected);
  });
}

test('testFiles() finds this file, and gives the source beside the output', async () => {
  const found = await testFiles(['./tools/']);
  assert.ok(found.some(({ file }) => file === 'tools/setup/test-files.test.mjs'));
  const tidy = found.find(({ source }) => source === 'tools/src/tidy/tidy.test.ts');
  assert.equal(tidy?.file, 'tools/dist/tidy/tidy.test.js');
});

test('testFiles() refuses a path without tests', async () => {
  await assert.rejects(testFiles(['packages/none']), /There is no test in packages\/none/);
});

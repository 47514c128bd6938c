import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { freshFolder } from '../fresh-folder.testing.js';
import { checkedRules, readRules } from './read-rules.js';
import { ServeFailure } from './serve-failure.js';

const cases: readonly [name: string, text: string | Uint8Array | undefined, message: RegExp][] = [
  [
    'that is not there',
    undefined,
    /^Cannot read the access rules .*acl\.yaml: there is no such file$/,
  ],
  ['that is empty', '', /acl\.yaml:1:1: rules must be a list of rules: it is missing$/],
  ['that is no text', Uint8Array.of(0xff, 0xfe), /acl\.yaml: it is not UTF-8 text$/],
  ['that is no YAML', 'rules: [', /acl\.yaml:\d+:\d+: Flow sequence/],
  ['with two faults', 'rules:\n  - allow: x\n    topics: y#\n', /:2:12: .*\n.*:3:13: /],
];
for (const [name, text, message] of cases) {
  test(`readRules() refuses a file ${name}`, async (t) => {
    const path = join(await freshFolder(t), 'acl.yaml');
    if (text !== undefined) await writeFile(path, text);
    await assert.rejects(readRules(path), (error) => {
      assert.ok(error instanceof ServeFailure);
      assert.match(error.message, message);
      return true;
    });
  });
}

test('readRules() reads rules', async (t) => {
  const path = join(await freshFolder(t), 'acl.yaml');
  await writeFile(path, 'rules:\n  - { allow: both, topics: a }\n');
  assert.equal((await readRules(path)).list.length, 2);
});

test('checkedRules() tells a command everything that is wrong, line by line', async (t) => {
  const path = join(await freshFolder(t), 'acl.yaml');
  await writeFile(path, 'rules:\n  - allow: x\n    topics: y#\n');
  const lines: string[] = [];
  assert.equal(await checkedRules(path, (line) => lines.push(line)), undefined);
  assert.equal(lines.length, 2);
  await writeFile(path, 'rules: [{ allow: both, topics: a }]\n');
  const told = (line: string) => lines.push(line);
  assert.equal((await checkedRules(path, told))?.list.length, 2);
  assert.equal(lines.length, 2);
});

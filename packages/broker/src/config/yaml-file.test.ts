import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { parseYamlFile, shownPath, type YamlShape } from './yaml-file.js';

const SHAPE: YamlShape<{ name: string; list?: number[] | undefined }> = {
  schema: z.strictObject(
    { name: z.string('a text'), list: z.array(z.number('a number')).optional() },
    'a table of keys',
  ),
  knownKeys: () => ['name', 'list'],
};

test('parseYamlFile() gives the values, and says where each stands', () => {
  const file = parseYamlFile('# first\nname: n\nlist:\n  - 1\n  - 2\n', 'f.yaml', SHAPE);
  assert.deepEqual(file.values, { name: 'n', list: [1, 2] });
  assert.deepEqual(file.problems, []);
  assert.equal(file.locate(['list', 1]), 'f.yaml:5:5: list[1]');
  assert.equal(file.line(['list', 1]), 5);
});

test('parseYamlFile() gives all problems in the order of the file, and no values', () => {
  const { values, problems } = parseYamlFile('list: [a, x]\nnamme: 1\n', 'f.yaml', SHAPE);
  assert.equal(values, undefined);
  assert.deepEqual(problems, [
    'f.yaml:1:1: name must be a text: it is missing',
    'f.yaml:1:8: list[0] must be a number: current value is a',
    'f.yaml:1:11: list[1] must be a number: current value is x',
    'f.yaml:2:1: namme is not a known key: did you mean name?',
  ]);
});

test('shownPath() writes a path as people do', () => {
  assert.equal(shownPath(['a', 0, 'b']), 'a[0].b');
});

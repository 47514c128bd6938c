import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { cpuMs } from '../model/other-work.testing.js';
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

const REPEATED: readonly [text: string, places: readonly string[]][] = [
  ['name: a\nname: b\n', ['2:1']],
  ['name: a\n"name": b\n', ['2:1']],
  ['1: a\n"1": b\n', ['2:1']],
  ['&n name: a\n*n : b\n', ['2:1']],
  ['? \n: a\n"": b\n', ['3:1']],
  ['list: [{ a: 1, b: 2, a: 3, a: 4 }]\nlist: 1\n', ['1:22', '1:28', '2:1']],
  ['constructor: a\ntoString: b\n__proto__: c\n__proto__: d\n', ['4:1']],
];
for (const [text, places] of REPEATED) {
  test(`parseYamlFile() refuses keys that are repeated: ${JSON.stringify(text)}`, () => {
    const { values, problems } = parseYamlFile(text, 'f', SHAPE);
    assert.equal(values, undefined);
    assert.deepEqual(
      problems,
      places.map((place) => `f:${place}: Map keys must be unique`),
    );
  });
}

test('parseYamlFile() reads one table of many keys as fast as many tables of few', () => {
  const shape: YamlShape<unknown> = { schema: z.unknown(), knownKeys: () => [] };
  const keys = Array.from({ length: 20_000 }, (_, at) => `k${at}: 1`);
  const few = keys.map((key, at) => (at % 10 === 0 ? `- ${key}` : `  ${key}`));
  const costOf = (lines: readonly string[]) => {
    const text = lines.join('\n');
    const runs = [1, 2, 3].map(() => {
      const beganMs = cpuMs();
      assert.deepEqual(parseYamlFile(text, 'f', shape).problems, []);
      return cpuMs() - beganMs;
    });
    return Math.min(...runs);
  };
  const [manyTables, oneTable] = [costOf(few), costOf(keys)];
  // Each key held against each other: ten times as long.
  assert.ok(oneTable < 3 * manyTables, `${oneTable} ms of CPU, and ${manyTables}`);
});

test('shownPath() writes a path as people do', () => {
  assert.equal(shownPath(['a', 0, 'b']), 'a[0].b');
});

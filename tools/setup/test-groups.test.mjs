import assert from 'node:assert/strict';
import { test } from 'node:test';

import { testFiles } from './test-files.mjs';
import { groupTests, importsOf, membersOf, ownProcessReason } from './test-groups.mjs';

const imports = [
  ["import a from './a.js';", ['./a.js']],
  ["import './a.js';\nimport'./b.js';", ['./a.js', './b.js']],
  ["import a, { b as c } from './a.js';", ['./a.js']],
  ["import {\n  a,\n  $b,\n} from 'a/b';", ['a/b']],
  ["import * as a from '@a/b';", ['@a/b']],
  ['export { a } from \'./a.js\';\nexport * from "b";', ['./a.js', 'b']],
  ["  const a = await import('./a.js');", ['./a.js']],
  ['import(name);', ['name']],
  ["export const a = 'from';\nexport function b() {}\nconst c = 'd';", []],
];
for (const [text, expected] of imports) {
  test(`importsOf() reads ${JSON.stringify(text)}`, () => {
    assert.deepEqual(importsOf(text), expected);
  });
}

const A = 'p/a/dist/a.test.js';
const plain = "import { test } from 'node:test';\nimport { a } from './a.js';\n";
const pure = { [A]: plain, 'p/a/dist/a.js': 'export const a = 1;' };
const shares = [
  ['imports nothing else', pure],
  ['has helpers', { ...pure, [A]: "import './a.testing.js';", 'p/a/dist/a.testing.js': plain }],
  ['imports what computes', { ...pure, 'p/a/dist/a.js': "import 'zod/v4'; import 'node:crypto';" }],
  ['imports the protocol', { ...pure, 'p/a/dist/a.js': "import '@magpie/protocol/testing';" }],
  ['imports each other', { ...pure, 'p/a/dist/a.js': "import './a.test.js';" }],
  ['awaits in its tests', { ...pure, [A]: "test('a', async () => {\n  await 1;\n});" }],
  ['speaks of the process', { ...pure, [A]: '// The process is not left\n' }],
  ['tests what is told by it', { ...pure, 'p/a/dist/a.js': 'process.hrtime();' }],
];
for (const [what, files] of shares) {
  test(`ownProcessReason() has none for a test that ${what}`, async () => {
    assert.equal(await ownProcessReason(A, reader(files)), undefined);
  });
}

const owns = [
  ['a file that is not there', { [A]: plain }, 'p/a/dist/a.js is not there'],
  ['what is computed', { ...pure, [A]: 'import(name);' }, `${A} imports name`],
  ...['node:fs/promises', 'node:net', 'node:child_process', 'node:worker_threads', 'node:process']
    .concat(['lmdb', 'zod-of-others', '@magpie/broker', '@magpie/protocol-of-others'])
    .map((name) => [
      name,
      { ...pure, 'p/a/dist/a.js': `import x from '${name}';` },
      `p/a/dist/a.js imports ${name}`,
    ]),
  ...[
    ["process.env['A'] = '1';", 'the process itself'],
    ["process.on('exit', () => {});", 'the process itself'],
    ['globalThis.fetch = f;', 'the process itself'],
    ['beforeEach(() => {});', 'hooks for all tests of the process'],
    ['after(() => {});', 'hooks for all tests of the process'],
    ["import { mock, test } from 'node:test';", 'mocks for all'],
    ['  t.mock.timers.enable();', 'mocks for all'],
    ['const x = await open();', 'work before its tests'],
    ['for await (const x of y) {}', 'work before its tests'],
    ['  const gc = x;', 'a look at memory or at pauses'],
    ['  new OtherWork();', 'a look at memory or at pauses'],
  ].map(([text, what]) => [text, { ...pure, [A]: text }, `${A} has to do with ${what}`]),
  [
    'an early end',
    { ...pure, 'p/a/dist/a.js': 'process.exit(0);' },
    'p/a/dist/a.js can end the process',
  ],
  [
    'a helper that reaches out',
    { [A]: "import './a.testing.js';", 'p/a/dist/a.testing.js': 'process.exitCode = 1;' },
    'p/a/dist/a.testing.js has to do with the process itself',
  ],
];
for (const [what, files, reason] of owns) {
  test(`ownProcessReason() tells of ${what}`, async () => {
    assert.equal(await ownProcessReason(A, reader(files)), reason);
  });
}

function reader(files) {
  return (file) =>
    Object.hasOwn(files, file) ? Promise.resolve(files[file]) : Promise.reject(new Error(file));
}

test('groupTests() leaves no test out, takes none twice, and mixes no workspaces', async () => {
  const tests = await testFiles();
  const groups = await groupTests(tests);
  const run = groups.flatMap((file) => (membersOf(file).length > 0 ? membersOf(file) : [file]));
  assert.deepEqual(new Set(run), new Set(tests.map(({ file }) => file)));
  assert.equal(run.length, tests.length);
  assert.ok(groups.length < tests.length);
  for (const group of groups) {
    const workspaces = membersOf(group).map((file) => file.split('/', 2).join('/'));
    assert.ok(new Set(workspaces).size <= 1 && workspaces.length <= 16, group);
  }
});

test('groupTests() runs a single test as it is, and so one that needs a program', async () => {
  const [test] = await testFiles(['packages/protocol/src/codec.test.ts']);
  assert.deepEqual(await groupTests([test]), [test.file]);
  const needy = { ...test, needs: ['redis'] };
  assert.deepEqual(await groupTests([needy, needy]), [test.file, test.file]);
});

test('membersOf() has none for what is no group', () => {
  assert.deepEqual(membersOf('tools/setup/test-groups.mjs'), []);
  assert.deepEqual(membersOf('.cache/tests/none.test.mjs'), []);
});

import { inFile, testRule } from '../rule.testing.js';
import { testBeside } from './test-beside.js';

const path = 'packages/broker/src/routing/router.ts';
const code = 'export function route() {}';

testRule(testBeside, [
  inFile(path, 'misses the test of a file with code', code, ['1 code without a test beside it']),
  {
    name: 'finds it beside the file',
    files: { [path]: code, 'packages/broker/src/routing/router.test.ts': '' },
    finds: [],
  },
  inFile(path, 'sees a class', 'export class A {}', [1]),
  inFile(path, 'sees a call', 'export const a = new Map(b);', [1]),
  inFile(path, 'wants none for types', 'export interface A { readonly a: number }', []),
  inFile(
    path,
    'wants none for tables of constants',
    'export const A = { b: 2 ** 3 } as const;',
    [],
  ),
  ...[
    'packages/broker/src/index.ts',
    'packages/broker/src/testing.ts',
    'packages/cli/src/main.ts',
    'packages/broker/src/stores/store.testing.ts',
    'quality/bench/src/load.ts',
    'examples/embedded.js',
  ].map((other) => inFile(other, `wants none for ${other}`, code, [])),
  inFile('tools/setup/build.mjs', 'covers the set-up scripts', code, [1]),
  inFile('tools/setup/start.mjs', 'wants none for a script that only calls', 'run();', []),
]);

import { inFile, testRule } from '../rule.testing.js';
import { functionLength } from './function-length.js';

const lines = (count: number): string => '  work();\n'.repeat(count);
const path = 'packages/broker/src/a.ts';

testRule(functionLength, [
  inFile(path, 'accepts 70 lines', `function a() {\n${lines(68)}}`, []),
  inFile(path, 'refuses 71 lines', `\nfunction a() {\n${lines(69)}}`, [
    '2 a function of 71 lines: at most 70',
  ]),
  inFile(path, 'sees arrow functions and methods', `const a = () => {\n${lines(70)}};`, [1]),
  inFile(path, 'sees methods', `class A {\n  #a() {\n${lines(70)}}\n}`, [2]),
  inFile('packages/a/src/a.test.ts', 'spares tests', `function a() {\n${lines(200)}}`, []),
]);

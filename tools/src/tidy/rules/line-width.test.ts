import { inFile, testRule } from '../rule.testing.js';
import { lineWidth } from './line-width.js';

const path = 'packages/broker/src/a.test.ts';

testRule(lineWidth, [
  inFile(path, 'accepts 100 columns', `//${'x'.repeat(98)}`, []),
  inFile(path, 'refuses 101 columns', `\n//${'x'.repeat(99)}`, [
    '2 a line of 101 columns: at most 100',
  ]),
  inFile(path, 'counts characters, not code units', `//${'😀'.repeat(98)}`, []),
  inFile(path, 'lets addresses be', `// https://example.org/${'x'.repeat(99)}`, []),
  inFile('README.md', 'leaves prose to its authors', 'x'.repeat(200), []),
]);

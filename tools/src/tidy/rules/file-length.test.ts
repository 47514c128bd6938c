import { inFile, testRule } from '../rule.testing.js';
import { fileLength } from './file-length.js';

const path = 'packages/broker/src/a.ts';

testRule(fileLength, [
  inFile(path, 'accepts 600 lines', '\n'.repeat(600), []),
  inFile(path, 'refuses 601 lines', '\n'.repeat(601), ['1 a file of 601 lines: at most 600']),
  inFile(
    path,
    'lets a table say that it is one',
    `/** All of them. tidy-allow file-length: a table of clauses */\n${'\n'.repeat(700)}`,
    [],
  ),
  inFile('packages/broker/src/a.testing.ts', 'spares tests', '\n'.repeat(700), []),
]);

import { inFile, testRule } from '../rule.testing.js';
import { machinePaths } from './machine-paths.js';

// Put together here, or the rule would find them in this file.
const root = ['', 'root', '.bashrc'].join('/');
const work = ['', 'work', 'main'].join('/');
const user = ['', 'Users', 'pat', 'magpie'].join('/');

testRule(machinePaths, [
  ...[root, work, user].map((path) =>
    inFile('docs/a.md', `refuses ${path}`, `fine\nsee \`${path}\``, [2]),
  ),
  inFile('a.json', 'looks at every kind of file', `{ "a": "${work}/x" }`, [1]),
  inFile('a.ts', 'reads longer paths', `'network${work}' 'https://x.org${work}' '/workshop/a'`, []),
]);

import { inFile, testRule } from '../rule.testing.js';
import { generatedDocs } from './generated-docs.js';

const rule = generatedDocs([{ path: 'docs/limits.md', render: () => 'one\ntwo\n' }]);

testRule(rule, [
  inFile('docs/limits.md', 'accepts a page that equals its table', 'one\ntwo\n', []),
  inFile('docs/limits.md', 'points at the first difference', 'one\n2\n', [
    '2 generated page is old',
  ]),
  inFile('docs/limits.md', 'sees that the end is missing', 'one\ntwo', [3]),
  { name: 'misses a page', files: {}, finds: ['docs/limits.md:1 generated page is missing'] },
]);

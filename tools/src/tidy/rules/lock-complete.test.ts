import { inFile, testRule } from '../rule.testing.js';
import { lockComplete } from './lock-complete.js';

function lock(packages: object): string {
  return JSON.stringify({ packages }, null, 2);
}

const a = { optionalDependencies: { b: '1.0.0' } };
const path = 'package-lock.json';

testRule(lockComplete, [
  inFile(path, 'misses an optional package', lock({ 'node_modules/a': a }), ['3 no entry for b']),
  inFile(path, 'finds it', lock({ 'node_modules/a': a, 'node_modules/b': {} }), []),
  inFile(
    path,
    'finds it inside the other package',
    lock({ 'node_modules/a': a, 'node_modules/a/node_modules/b': {} }),
    [],
  ),
  { name: 'has nothing to say without a lock', files: {}, finds: [] },
]);

// `npm test`: sets up what is missing, then runs every check and every test. See run-tests.mjs.
import { isSupportedNode } from './node-version.mjs';

// Imported only when it can run: an old runtime could not even parse what follows.
if (isSupportedNode(process.version)) {
  void import('./run-tests.mjs').then(({ runTests }) => runTests(process.argv.slice(2)));
}

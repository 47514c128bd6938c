// `npm start`: sets up what is missing, then becomes the broker. Arguments go to `magpie broker`.
import { isSupportedNode } from './node-version.mjs';

// Imported only when it can run: an old runtime could not even parse what follows.
if (isSupportedNode(process.version)) {
  void import('./run-broker.mjs').then(({ runBroker }) => runBroker(process.argv.slice(2)));
}

import { OUTSIDE_MODULES, OUTSIDE_PLACES, PROTOCOL_NODE_FILE } from '../architecture.js';
import { isForTests, isLibrary } from '../places.js';
import type { Finding, Rule } from '../rule.js';

/** Laws 1 and 2: most of the code reaches the outside only through interfaces. */
export const nodeModules: Rule = {
  name: 'node-modules',
  doc:
    'Only listeners, connection/socket-writer, `stores/<engine>`, admin and config/load import '
    + 'modules of Node.js that reach the network, the disk or other processes; protocol imports '
    + 'none but in bytes/utf8-node.ts.',
  excusable: true,
  *check(tree): Iterable<Finding> {
    for (const file of tree.sources) {
      for (const { specifier, typeOnly, line } of file.imports) {
        const message = problem(file.path, specifier, typeOnly);
        if (message === undefined) continue;
        yield { path: file.path, line, message, fix: 'take what it gives through an interface' };
      }
    }
  },
};

function problem(path: string, specifier: string, typeOnly: boolean): string | undefined {
  if (!specifier.startsWith('node:') || !isLibrary(path) || isForTests(path)) return undefined;
  if (path.startsWith('packages/protocol/')) {
    return path === PROTOCOL_NODE_FILE ? undefined : `${specifier} in protocol (law 1)`;
  }
  const module = specifier.slice('node:'.length).split('/')[0] ?? '';
  const reachesOutside = OUTSIDE_MODULES.includes(module) && !typeOnly;
  if (!reachesOutside || OUTSIDE_PLACES.some((place) => place.test(path))) return undefined;
  return `${specifier} outside the places for it (law 2)`;
}

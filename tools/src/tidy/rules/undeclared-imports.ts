import { isForTests, placeOf } from '../places.js';
import type { Finding, Rule } from '../rule.js';
import type { Tree } from '../tree.js';

/** npm hoists, so an import that package.json does not name works here and fails at the user's. */
export const undeclaredImports: Rule = {
  name: 'undeclared-imports',
  doc:
    'A package imports what its own package.json names under `dependencies`; tests, quality and '
    + 'tools also what the top package.json names under `devDependencies`.',
  excusable: false,
  *check(tree): Iterable<Finding> {
    for (const file of tree.sources) {
      const { workspace, inside } = placeOf(file.path);
      if (inside === undefined) continue;
      const shipped = workspace.startsWith('packages/') && !isForTests(file.path);
      const declared = declaredBy(tree, workspace, shipped);
      for (const { specifier, line } of file.imports) {
        const name = packageName(specifier);
        if (name === undefined || declared.has(name)) continue;
        if (!shipped && name.startsWith('@magpie/')) continue;
        yield {
          path: file.path,
          line,
          message: `${name} is not a dependency of ${workspace}`,
          fix: shipped ? `npm i -w ${workspace} ${name}` : `npm i -D ${name}`,
        };
      }
    }
  },
};

interface Manifest {
  readonly name?: string;
  readonly dependencies?: object;
  readonly devDependencies?: object;
  readonly optionalDependencies?: object;
  readonly peerDependencies?: object;
}

function declaredBy(tree: Tree, workspace: string, shipped: boolean): Set<string> {
  const own = manifest(tree, `${workspace}/package.json`);
  const tables = [own.dependencies, own.optionalDependencies, own.peerDependencies];
  if (!shipped) tables.push(own.devDependencies, manifest(tree, 'package.json').devDependencies);
  const names = new Set(tables.flatMap((table) => Object.keys(table ?? {})));
  if (own.name !== undefined) names.add(own.name);
  return names;
}

function manifest(tree: Tree, path: string): Manifest {
  return JSON.parse(tree.text(path) ?? '{}') as Manifest;
}

/**
 * `ws` of `ws`, `@hono/node-server` of `@hono/node-server/serve-static`; not of paths and node:.
 */
function packageName(specifier: string): string | undefined {
  if (/^[.#/]|^node:/.test(specifier)) return undefined;
  return /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0];
}

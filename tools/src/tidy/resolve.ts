import { posix } from 'node:path';

import type { Tree } from './tree.js';
import { placeOf } from './places.js';

/**
 * The file of the tree that an import means, or `undefined` for what is not in the tree.
 * Understands relative paths and a package's own `#names`.
 */
export function resolveImport(tree: Tree, from: string, specifier: string): string[] {
  if (specifier.startsWith('.')) {
    return present(tree, posix.join(posix.dirname(from), specifier));
  }
  if (!specifier.startsWith('#')) return [];
  const { workspace } = placeOf(from);
  return targetsOf(tree, workspace, specifier).flatMap((target) =>
    present(tree, posix.join(workspace, target.replace('./dist/', 'src/'))),
  );
}

function present(tree: Tree, path: string): string[] {
  const candidates = [path.replace(/\.([cm]?)js$/, '.$1ts'), path];
  return candidates.filter((candidate) => tree.source(candidate) !== undefined).slice(0, 1);
}

function targetsOf(tree: Tree, workspace: string, specifier: string): string[] {
  const text = tree.text(`${workspace}/package.json`);
  if (text === undefined) return [];
  const manifest = JSON.parse(text) as { imports?: Record<string, unknown> };
  const target = manifest.imports?.[specifier];
  if (typeof target === 'string') return [target];
  if (typeof target !== 'object' || target === null) return [];
  return Object.values(target).filter((value) => typeof value === 'string');
}

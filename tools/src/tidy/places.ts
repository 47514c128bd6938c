/**
 * Where a file stands in the house: `packages/broker/src/routing/index-tree.ts` → broker, routing.
 */
export interface Place {
  /** `packages/broker`, `quality/bench`, `tools`, `examples`; `''` for the top folder. */
  readonly workspace: string;
  /** Path inside the workspace's `src`, or `undefined` for files beside it. */
  readonly inside: string | undefined;
}

const WORKSPACE = /^((?:packages|quality)\/[^/]+|tools|examples)\//;

export function placeOf(path: string): Place {
  const workspace = WORKSPACE.exec(path)?.[1] ?? '';
  const source = `${workspace}/src/`;
  const inside = path.startsWith(source) ? path.slice(source.length) : undefined;
  return { workspace, inside };
}

/** A file with tests. */
export function isTest(path: string): boolean {
  return /\.test\.[cm]?[jt]s$/.test(path);
}

/** A file that only tests load: tests, contract suites and helpers, the `./testing` door. */
export function isForTests(path: string): boolean {
  return isTest(path) || /\.testing\.[cm]?[jt]s$/.test(path) || path.endsWith('/src/testing.ts');
}

/** A file through which a package is imported: the only place for re-exports. */
export function isDoor(path: string): boolean {
  return /^packages\/[^/]+\/src\/(index|admin-client|browser|server|small|tabs|testing)\.ts$/.test(
    path,
  );
}

/** Code of a library that runs in other people's processes. */
export function isLibrary(path: string): boolean {
  return /^packages\/(protocol|client|broker)\/src\//.test(path) && !isForTests(path);
}

import { posix } from 'node:path';

import { FOLDER_RANKS, FURTHER_DOORS, PACKAGE_IMPORTS } from '../architecture.js';
import { isForTests, placeOf } from '../places.js';
import type { Finding, Rule } from '../rule.js';
import type { Import, SourceFile } from '../source-file.js';

/** Imports run one way: between packages by PACKAGE_IMPORTS, inside a package by FOLDER_RANKS. */
export const importRanks: Rule = {
  name: 'import-ranks',
  doc:
    'Imports run one way: a package imports packages below it, through their doors; a folder '
    + 'imports its own files and folders of a lower rank.',
  excusable: false,
  *check(tree): Iterable<Finding> {
    for (const file of tree.sources) {
      for (const one of file.imports) {
        const problem = packageProblem(file, one) ?? rankProblem(file, one);
        if (problem !== undefined) yield { path: file.path, line: one.line, ...problem };
      }
      const problem = unknownFolder(file);
      if (problem !== undefined) yield { path: file.path, line: 1, ...problem };
    }
  },
};

type Problem = Pick<Finding, 'message' | 'fix'>;

function packageProblem(file: SourceFile, { specifier }: Import): Problem | undefined {
  const { workspace } = placeOf(file.path);
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(file.path), specifier);
    if (workspace === '' || placeOf(target).workspace === workspace) return undefined;
    return {
      message: `${specifier} leaves ${workspace}`,
      fix: 'import the other package by its name',
    };
  }
  const [, name, rest] = /^(@magpie\/[^/]+)(\/.*)?$/.exec(specifier) ?? [];
  if (name === undefined) return undefined;
  if (PACKAGE_IMPORTS[workspace]?.includes(name) === false) {
    return {
      message: `${workspace} imports ${name}, which is not below it`,
      fix: 'move the code up, or declare an interface low and implement it high',
    };
  }
  if (rest === '/testing' && workspace.startsWith('packages/') && !isForTests(file.path)) {
    return { message: `${specifier} is for tests`, fix: `import from ${name}` };
  }
  if (rest !== undefined && rest !== '/testing' && !FURTHER_DOORS.includes(specifier)) {
    return {
      message: `${specifier} passes by the door of ${name}`,
      fix: `import from ${name}, and export there what is missing`,
    };
  }
  return undefined;
}

function rankProblem(file: SourceFile, { specifier }: Import): Problem | undefined {
  const { workspace, inside } = placeOf(file.path);
  const ranks = FOLDER_RANKS[workspace];
  if (ranks === undefined || inside === undefined || isForTests(file.path)) return undefined;
  if (!specifier.startsWith('.')) return undefined;
  const from = unitOf(inside);
  const to = unitOf(posix.join(posix.dirname(inside), specifier).replace(/\.js$/, '.ts'));
  const fromRank = ranks[from];
  const toRank = ranks[to];
  if (from === to || fromRank === undefined || toRank === undefined) return undefined;
  if (toRank < fromRank) return undefined;
  return {
    message: `${from} (rank ${fromRank}) imports ${to} (rank ${toRank})`,
    fix: 'move the code to its rank, or declare an interface low and implement it high',
  };
}

function unknownFolder({ path }: SourceFile): Problem | undefined {
  const { workspace, inside } = placeOf(path);
  const ranks = FOLDER_RANKS[workspace];
  if (ranks === undefined || inside === undefined || isForTests(path)) return undefined;
  if (Object.hasOwn(ranks, unitOf(inside))) return undefined;
  return {
    message: `${unitOf(inside)} has no rank in ${workspace}`,
    fix: 'give it one in tools/src/tidy/architecture.ts',
  };
}

/** The folder below `src`, or the file itself when it lies directly there. */
function unitOf(inside: string): string {
  return inside.split('/')[0] ?? inside;
}

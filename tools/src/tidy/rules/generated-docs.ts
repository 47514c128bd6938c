import type { Generator } from '../../docs/generator.js';
import type { Finding, Rule } from '../rule.js';

/**
 * Pages made from tables are in the repository, where a reader finds them, and equal the tables.
 */
export function generatedDocs(generators: readonly Generator[]): Rule {
  return {
    name: 'generated-docs',
    doc: 'Pages made from tables (docs/limits.md, …) equal what `npm run docs` writes.',
    excusable: false,
    *check(tree): Iterable<Finding> {
      for (const { path, render } of generators) {
        const wanted = render();
        const text = tree.text(path);
        if (text === wanted) continue;
        const line = text === undefined ? 1 : firstDifference(text, wanted);
        const message = text === undefined ? 'generated page is missing' : 'generated page is old';
        yield { path, line, message, fix: 'npm run docs' };
      }
    },
  };
}

function firstDifference(left: string, right: string): number {
  const wanted = right.split('\n');
  const at = left.split('\n').findIndex((line, index) => line !== wanted[index]);
  return at === -1 ? wanted.length : at + 1;
}

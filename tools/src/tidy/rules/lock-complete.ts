import type { Finding, Rule } from '../rule.js';

/** What npm leaves out of the lock when its registry lacks it, `npm ci` misses. */
export const lockComplete: Rule = {
  name: 'lock-complete',
  doc: 'The lock file has an entry for every optional package, so that `npm ci` accepts it.',
  excusable: false,
  *check(tree): Iterable<Finding> {
    const text = tree.text('package-lock.json');
    if (text === undefined) return;
    const { packages } = JSON.parse(text) as { packages: Readonly<Record<string, Entry>> };
    for (const [path, entry] of Object.entries(packages)) {
      for (const name of Object.keys(entry.optionalDependencies ?? {})) {
        const places = [`node_modules/${name}`, `${path}/node_modules/${name}`];
        if (places.some((place) => Object.hasOwn(packages, place))) continue;
        yield {
          path: 'package-lock.json',
          line: lineOf(text, `"${path}": {`),
          message: `no entry for ${name}`,
          fix: 'node tools/setup/complete-lock.mjs',
        };
      }
    }
  },
};

interface Entry {
  readonly optionalDependencies?: object;
}

function lineOf(text: string, part: string): number {
  return text.slice(0, text.indexOf(part)).split('\n').length;
}

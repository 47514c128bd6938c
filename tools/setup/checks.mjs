import { pathOf, run } from './command.mjs';

/** What is checked besides the tests. The same commands stand behind `npm run tidy`, `lint`, … */
export const CHECKS = [
  { name: 'house rules', file: 'tools/dist/tidy/main.js', args: [] },
  { name: 'lint', file: 'node_modules/oxlint/bin/oxlint', args: ['--quiet', '--format=unix'] },
  {
    name: 'format (npm run format mends it)',
    file: 'node_modules/@biomejs/biome/bin/biome',
    args: ['format', '--colors=off', '--reporter=summary'],
  },
];

/** Runs all checks. Resolves with those that fail and what they say. */
export async function runChecks(checks = CHECKS) {
  const failed = [];
  for (const { name, file, args } of checks) {
    const { code, output } = await run(process.execPath, [pathOf(file), ...args]);
    if (code !== 0) failed.push({ name, output: output.trimEnd() });
  }
  return failed;
}

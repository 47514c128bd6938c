import { ruleOf } from '../ban.js';
import { inFile, testRule } from '../rule.testing.js';
import { PURITY_BANS } from './purity-bans.js';

const library = 'packages/broker/src/sessions/a.ts';
const program = 'packages/cli/src/a.ts';
const test = 'packages/broker/src/sessions/a.test.ts';

/** What each ban finds in a library, line by line, and whether programs may do it. */
const cases: Readonly<Record<string, { readonly bad: string; readonly programsMay: boolean }>> = {
  'no-console': { bad: `console.log(1);\nlist.map(console.error);`, programsMay: true },
  'no-process-exit': { bad: `process.exit(1);\nprocess.abort();`, programsMay: false },
  'no-own-clock': {
    bad: `Date.now();\nperformance.now();\nnew Date();\nprocess.hrtime();`,
    programsMay: true,
  },
  'no-own-timer': { bad: `setTimeout(f, 1);\nsetInterval(f, 1);`, programsMay: true },
  'no-random': { bad: `Math.random();`, programsMay: true },
  'no-regex': { bad: `/a+/.test(text);\nnew RegExp(text);`, programsMay: true },
};
const good = `clock.now(); new Date(0); setImmediate(f); Math.floor(1); const console = 1;`;

for (const ban of PURITY_BANS) {
  const known = cases[ban.name] ?? { bad: '', programsMay: false };
  const lines = known.bad.split('\n').map((_, index) => index + 1);
  testRule(ruleOf(ban), [
    inFile(library, 'is kept by libraries', known.bad, lines),
    inFile(library, 'finds nothing in what is written instead', good, []),
    inFile(program, 'is for libraries', known.bad, known.programsMay ? [] : lines),
    inFile(test, 'does not concern tests', known.bad, []),
  ]);
}

const exitBans = PURITY_BANS.filter(({ name }) => name === 'no-process-exit');
for (const ban of exitBans) {
  testRule(ruleOf(ban), [
    inFile('packages/cli/src/main.ts', 'excepts the owner of the process', 'process.exit(1);', []),
  ]);
}

const clockBans = PURITY_BANS.filter(({ name }) => name === 'no-own-clock');
for (const ban of clockBans) {
  testRule(ruleOf(ban), [
    inFile('packages/broker/src/model/clock.ts', 'excepts the clock', 'performance.now();', []),
  ]);
}

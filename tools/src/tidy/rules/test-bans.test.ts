import { ruleOf } from '../ban.js';
import { inFile, testRule } from '../rule.testing.js';
import { TEST_BANS } from './test-bans.js';

const path = 'packages/broker/src/a.test.ts';

const cases: Readonly<Record<string, readonly { name: string; text: string; finds: number[] }[]>> =
  {
    'no-sleep': [
      {
        name: 'sees a promise that a timer resolves',
        text: `await new Promise((r) => setTimeout(r, 9));`,
        finds: [1],
      },
      {
        name: 'sees it in a function',
        text: `new Promise(function (r) {\n setTimeout(() => r(), 9) });`,
        finds: [2],
      },
      {
        name: 'sees it in a block',
        text: `new Promise((r) => { setTimeout(() => { r(); }, 9) });`,
        finds: [1],
      },
      {
        name: 'sees the timers of promises',
        text: `import { setTimeout as sleep } from 'node:timers/promises';`,
        finds: [1],
      },
      {
        name: 'lets a deadline reject',
        text: `new Promise((_, fail) => setTimeout(() => fail(e), 9));`,
        finds: [],
      },
      {
        name: 'lets other timers be',
        text: `import { setImmediate } from 'node:timers/promises'; setTimeout(f, 9);`,
        finds: [],
      },
    ],
    'no-skipped-test': [
      {
        name: 'sees only, skip and todo',
        text: `test.only('a');\ndescribe.skip('b');\nit.todo('c');`,
        finds: [1, 2, 3],
      },
      {
        name: 'sees them on the context',
        text: `test('a', (t) => { t.skip('later'); });`,
        finds: [1],
      },
      { name: 'sees them as options', text: `test('a', { skip: true }, f);`, finds: [1] },
      {
        name: 'lets words be',
        text: `reader.skip(4); list.only(); test('skip', { timeout: 1 }, f);`,
        finds: [],
      },
    ],
  };

for (const ban of TEST_BANS) {
  const own = (cases[ban.name] ?? []).map(({ name, text, finds }) =>
    inFile(path, name, text, finds),
  );
  const others = (cases[ban.name] ?? []).map(({ name, text }) =>
    inFile('packages/broker/src/a.ts', `concerns tests only: ${name}`, text, []),
  );
  testRule(ruleOf(ban), [...own, ...others]);
}

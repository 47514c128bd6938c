import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { EXIT, EXIT_MEANINGS } from './exit-code.js';

// Scripts rely on them: a number is never given another meaning.
const STABLE = { ok: 0, failure: 1, usage: 2, denied: 3, warning: 4, timeout: 27 };
for (const [name, code] of Object.entries(STABLE)) {
  test(`EXIT.${name} is ${code}`, () => {
    assert.equal(EXIT[name as keyof typeof EXIT], code);
  });
}

test('EXIT has each number once, each with its meaning, below those of signals', () => {
  const codes = Object.values(EXIT);
  assert.equal(new Set<number>(codes).size, codes.length);
  assert.deepEqual(Object.keys(EXIT_MEANINGS), Object.keys(EXIT));
  for (const code of codes) assert.ok(code < 126);
});

for (const name of ['denied', 'warning'] as const) {
  test(`EXIT_MEANINGS.${name} names each command that ends so, and no other`, async () => {
    const folder = new URL('commands/', import.meta.url);
    const ending: string[] = [];
    for (const file of await readdir(folder)) {
      const command = /^(.*)-command\.js$/.exec(file)?.[1];
      if (command === undefined) continue;
      const text = await readFile(new URL(file, folder), 'utf8');
      if (text.includes(`EXIT.${name}`)) ending.push(command.replaceAll('-', ' '));
    }
    assert.notEqual(ending.length, 0);
    const named = [...EXIT_MEANINGS[name].matchAll(/`magpie ([a-z ]+)`/g)].map(([, one]) => one);
    assert.deepEqual(new Set(named), new Set(ending));
  });
}

import { ruleOf } from '../ban.js';
import { inFile, type RuleCase, testRule } from '../rule.testing.js';
import { LANGUAGE_BANS } from './language-bans.js';

const path = 'packages/broker/src/a.ts';

/** Lines marked with ✗ are those the ban must find. */
const cases: Readonly<Record<string, string>> = {
  'no-any': `let a: any; // ✗
const b = c as any; // ✗
function any(any: unknown) {} // any`,
  'no-default-export': `export default class {} // ✗
export { a as default }; // ✗
export { a };`,
  'no-enum': `enum A { B } // ✗
export const enum C { D } // ✗
const E = { F: 1 } as const;`,
  'no-namespace': `namespace A { export const b = 1; } // ✗
declare global { interface X {} }
declare module 'y';`,
  'no-private-accessor': `class A {
  get #b() { return 1; } // ✗
  static set #c(value: number) {} // ✗
  get d() { return this.#e(); }
  #e() { return 1; }
}`,
  'no-barrel': `export * from './b.js'; // ✗
export { c } from './c.js'; // ✗
export type { D } from './d.js'; // ✗
export { e };`,
  'no-ts-ignore': `// @ts-ignore ✗
/* @ts-nocheck ✗ */
// @ts-expect-error the types of this module are wrong
const text = '@ts-ignore';`,
  'no-unfinished': `// TODO: later ✗
/* FIXME ✗ */
const todo = 'TODO';`,
  'no-module-state': `let a = 1; // ✗
export let b = 1; // ✗
const c = new Map(); // ✗
const d: string[] = []; // ✗
const e = new Map([[1, 2]]);
const f = [1];
const k: readonly string[] = [];
const l: ReadonlyMap<string, number> = new Map();
function g() { let h = []; const i = new Set(); }
declare let j: number;`,
};

for (const ban of LANGUAGE_BANS) {
  const text = cases[ban.name] ?? '';
  const marked = text.split('\n').flatMap((line, index) => (line.includes('✗') ? [index + 1] : []));
  const found: RuleCase = inFile(path, 'finds the marked lines and no others', text, marked);
  // A ban without a case would find nothing in nothing.
  testRule(ruleOf(ban), [text === '' ? { ...found, finds: ['a case for this ban'] } : found]);
}

const [anyBan] = LANGUAGE_BANS;
if (anyBan !== undefined) {
  testRule(ruleOf(anyBan), [
    inFile(path, 'can be excused with a reason', 'let a: any; // tidy-allow no-any: foreign', []),
  ]);
}

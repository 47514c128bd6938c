import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ViewFlags, viewPlanOf } from './view-flags.js';

type Flags = Omit<ViewFlags, 'newline'> & { readonly newline?: boolean };

const terminal = () => ({ columns: 80, rows: 24 });
const planOf = (flags: Flags, screen: Parameters<typeof viewPlanOf>[1] = terminal) =>
  viewPlanOf({ newline: true, ...flags }, screen);

const NONE = { picture: undefined, rate: false, counts: false, order: undefined, json: false };
const good: [flags: Flags, plan: ReturnType<typeof planOf>][] = [
  [{}, undefined],
  [{ format: 'hex', verbose: true, newline: false, output: 'f' }, undefined],
  [
    { watch: true, format: 'hex', sort: 'rate' },
    { ...NONE, picture: 'watch', order: 'rate' },
  ],
  [
    { watch: true, counts: true },
    { ...NONE, picture: 'watch', counts: true },
  ],
  [
    { tree: true, verbose: true, output: 'f' },
    { ...NONE, picture: 'tree' },
  ],
  [
    { rate: true, counts: true, format: 'json' },
    { ...NONE, rate: true, counts: true, json: true },
  ],
  [
    { rate: true, output: 'f', format: 'hex', append: true },
    { ...NONE, rate: true },
  ],
  [
    { counts: true, sort: 'topic', unique: true },
    { ...NONE, counts: true, order: 'topic' },
  ],
];
for (const [flags, plan] of good) {
  test(`viewPlanOf() understands ${JSON.stringify(flags)}`, () => {
    assert.deepEqual(planOf(flags), plan);
  });
}

const wrong: [flags: Flags, why: RegExp][] = [
  [{ watch: true, tree: true }, /^--watch and --tree both draw: give one of them$/],
  [{ watch: true, rate: true }, /^--rate prints lines where --watch draws: give one of them$/],
  [{ tree: true, rate: true }, /^--rate prints lines where --tree draws/],
  [{ tree: true, debug: true }, /^--debug prints lines where --tree draws/],
  [{ watch: true, verbose: true }, /^--verbose is about messages, and --watch shows none: give/],
  [{ counts: true, newline: false }, /^--no-newline is about messages, and --counts shows none/],
  [{ rate: true, pretty: true }, /^--pretty is about messages/],
  [{ rate: true, format: 'hex' }, /^--rate shows no messages: --format can be json, or give --out/],
  [{ watch: true, exitAfterSubscribe: true }, /^--exit-after-subscribe waits for no message, and/],
  [{ counts: true, sort: 'size' }, /^--sort must be one of topic, count, rate, age: it is 'size'$/],
  [{ tree: true, sort: 'rate' }, /^--sort is the order of --watch and --counts: give one of them$/],
  [{ append: true }, /^--append is for --output: give that, too$/],
  [{ force: true }, /^--force is for --output/],
  [{ output: 'f', append: true, force: true }, /^--append keeps what is there, --force does not/],
];
for (const [flags, message] of wrong) {
  test(`viewPlanOf() refuses ${JSON.stringify(flags)} in one line`, () => {
    assert.throws(() => planOf(flags), { name: 'UsageError', message });
  });
}

test('viewPlanOf() has --watch on terminals only, --tree everywhere', () => {
  assert.throws(() => planOf({ watch: true }, () => undefined), {
    name: 'UsageError',
    message: /^--watch draws on a terminal, and stdout is none: give --tree, --rate or --counts/,
  });
  assert.equal(planOf({ tree: true }, () => undefined)?.picture, 'tree');
});

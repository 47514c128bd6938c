// needs: gcc
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { magpie } from '../magpie.js';
import { freshWorld } from './fresh-world.testing.js';
import { tableOf } from './power-proof.js';
import { runPowerLosses } from './power-run.js';

/**
 * Goal: nothing acknowledged is lost, nothing of QoS 2 comes twice, nothing out of order, however
 * often the power fails.
 * Method: the short form of `npm run crash -- --power`: the real command, recorded; from its
 * directory everything is taken that it had not synced, or some of it.
 */
test('magpie broker keeps its promises when the power fails', async (t) => {
  const world = await freshWorld(t);
  const seed = Date.now() % 1_000_000;
  const result = await runPowerLosses({ world, command: magpie, seed, rounds: ROUNDS });
  const table = tableOf(result).join('\n');
  t.diagnostic(`seed ${seed}\n${table}`);
  assert.deepEqual(result.ledger.problems(), [], `seed ${seed}\n${table}`);
  assert.ok(result.losses > 0);
  assert.ok(result.ledger.totals().received > 0);
});

/** What does not keep the promises, and how that is found. */
const broken: readonly {
  readonly name: string;
  readonly options: readonly string[];
  /** Whether syncs are believed. */
  readonly syncs: boolean;
  readonly problem: RegExp;
}[] = [
  {
    name: 'nothing that is synced is on disk',
    options: [],
    syncs: false,
    problem: /lost|is gone|did not listen/,
  },
  {
    name: 'acknowledgements do not wait for the disk',
    options: ['--sync', 'interval', '--sync-interval', '60000'],
    syncs: true,
    problem: /lost|is gone/,
  },
  {
    name: 'the system syncs when it likes',
    options: ['--sync', 'os'],
    syncs: true,
    problem: /The machine stopped while the store was used with storage\.sync: os/,
  },
];
for (const { name, options, syncs, problem } of broken) {
  test(`runPowerLosses() finds losses where ${name}`, async (t) => {
    const command = (dataDir: string) => magpie(dataDir, ...options);
    const found: string[] = [];
    for (let seed = 1; seed <= SEEDS_MAX; seed++) {
      const world = await freshWorld(t, syncs);
      const run = runPowerLosses({ world, command, seed, rounds: 2, quietMs: 500 });
      const problems = await run.then(
        ({ ledger }) => ledger.problems().join('\n'),
        (error: unknown) => String(error),
      );
      if (problem.test(problems)) return;
      found.push(problems);
    }
    assert.fail(`It found none of that: ${found.join('\n')}`);
  });
}

const ROUNDS = 5;
/** What was not synced may be on disk by chance, all that matters of it, and mostly is not. */
const SEEDS_MAX = 8;

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

test('runPowerLosses() finds losses where nothing that is synced is on disk', async (t) => {
  const world = await freshWorld(t, false);
  const run = runPowerLosses({ world, command: magpie, seed: 1, rounds: 3, quietMs: 500 });
  const problems = await run.then(
    ({ ledger }) => ledger.problems().join('\n'),
    (error: unknown) => String(error),
  );
  assert.match(problems, /lost|is gone|did not listen/);
});

const ROUNDS = 6;

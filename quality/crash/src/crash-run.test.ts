import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CrashRun } from './crash-run.js';
import { magpie, magpieInMemory } from './magpie.js';
import { report } from './report.js';

/**
 * Goal: nothing acknowledged is lost, nothing of QoS 2 comes twice, nothing out of order, and wills
 * come once, however the broker ends.
 * Method: the short form of `npm run crash`: the real command, killed and started again. Two of
 * them at once, since most of the time goes into starting.
 */
const seed = Date.now() % 1_000_000;
test('magpie broker keeps its promises over kill -9', { concurrency: true }, async (t) => {
  const halves = [seed, seed + 1].map((each) =>
    t.test(`seed ${each}, ${ROUNDS} rounds`, async (half) => {
      const dataDir = await mkdtemp(join(tmpdir(), 'magpie-crash-'));
      half.after(() => rm(dataDir, { recursive: true }));
      const command = magpie(dataDir);
      const result = await new CrashRun({ command, seed: each, rounds: ROUNDS }).run();
      const table = report(result).join('\n');
      half.diagnostic(`seed ${each}\n${table}`);
      assert.deepEqual(result.ledger.problems(), [], `seed ${each}\n${table}`);
      assert.equal(result.kills, ROUNDS);
      assert.ok(result.ledger.totals().received > 0);
      assert.ok(result.ledger.wills.totals().due > 0);
    }),
  );
  await Promise.all(halves);
});

test('CrashRun finds that a broker in memory keeps nothing', async () => {
  // Long enough for messages to be acknowledged also where everything else runs at once.
  const pace = { rounds: 2, roundMs: 4000, quietMs: 500 };
  const run = new CrashRun({ command: magpieInMemory(), seed: 1, ...pace });
  const { ledger } = await run.run();
  const problems = ledger.problems().join('\n');
  assert.match(problems, /The session of online-1 is gone/);
  assert.match(problems, /^crash\/.*: lost/m);
  assert.match(problems, /^wills of .*: lost/m);
});

const ROUNDS = 10;

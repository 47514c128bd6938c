import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CrashRun } from './crash-run.js';
import { magpie, magpieInMemory } from './magpie.js';
import { report } from './report.js';

/**
 * Goal: nothing acknowledged is lost, nothing of QoS 2 comes twice, nothing out of order, however
 * the broker ends.
 * Method: the short form of `npm run crash`: the real command, killed and started again.
 */
test('magpie broker keeps its promises over kill -9', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'magpie-crash-'));
  t.after(() => rm(dataDir, { recursive: true }));
  const seed = Date.now() % 1_000_000;
  const result = await new CrashRun({ command: magpie(dataDir), seed, rounds: ROUNDS }).run();
  const table = report(result).join('\n');
  t.diagnostic(`seed ${seed}\n${table}`);
  assert.deepEqual(result.ledger.problems(), [], `seed ${seed}\n${table}`);
  assert.equal(result.kills, ROUNDS);
  assert.ok(result.ledger.totals().received > 0);
});

test('CrashRun finds that a broker in memory keeps nothing', async () => {
  const run = new CrashRun({ command: magpieInMemory(), seed: 1, rounds: 2, quietMs: 500 });
  const { ledger } = await run.run();
  const problems = ledger.problems().join('\n');
  assert.match(problems, /The session of online-1 is gone/);
  assert.match(problems, /lost/);
});

const ROUNDS = 20;

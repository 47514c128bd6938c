import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { damageProblems, damageStores, damageTable } from './damage-run.js';

/**
 * Goal: a damaged store is refused in one clear line, or all that comes out of it is right; garbage
 * never comes out, and nothing ends the process.
 * Method: the short form of `npm run crash -- --damage`.
 */
test('magpie broker notices damage, whatever it is', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'magpie-damage-'));
  t.after(() => rm(folder, { recursive: true }));
  const seed = Date.now() % 1_000_000_000;
  const judged = await damageStores(folder, seed, STORES, COMMAND_EVERY);
  const table = damageTable(judged).join('\n');
  t.diagnostic(`seed ${seed}\n${table}`);
  assert.deepEqual(damageProblems(judged), [], `seed ${seed}\n${table}`);
  assert.equal(judged.length, STORES);
  const outcomes = new Set(judged.map(({ outcome }) => outcome));
  assert.ok(outcomes.has('right') && outcomes.has('refused'));
});

const STORES = 16;
const COMMAND_EVERY = 8;

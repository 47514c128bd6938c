/**
 * Goal: the broker keeps every law in a world that fails in all ways.
 * Method: as many seeds as `npm test` has time for. A seed that fails says how to run it again.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { report } from './run/report.js';
import { runSeeds } from './run/run-seeds.js';

const RUNS = 2000;

test(`Simulation breaks no law with the first ${RUNS} seeds`, async () => {
  const summary = await runSeeds(1, RUNS);
  assert.equal(summary.failures.length, 0, report(summary).join('\n'));
  assert.equal(summary.runs, RUNS);
  // That something happened: a world in which nothing does breaks no law either.
  const { figures } = summary;
  assert.ok(figures.finished > RUNS * 0.97, `${figures.finished} runs came to their end`);
  assert.ok(figures.kills > RUNS, `${figures.kills} kills`);
  assert.ok(figures.receipts > RUNS * 50, `${figures.receipts} messages received`);
  assert.ok(figures.redeliveries > RUNS, `${figures.redeliveries} redeliveries`);
});

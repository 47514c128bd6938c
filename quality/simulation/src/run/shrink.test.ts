import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Violation } from '../history/history.js';
import { type Scenario, scenarioOf } from '../workload/scenario.js';
import { shrink, shownActions } from './shrink.js';

const SCENARIO = scenarioOf(4);

/** A law that is broken if all these actions are in. */
function brokenBy(...indexes: readonly number[]) {
  return async ({ actions }: Scenario): Promise<Violation | undefined> => {
    const left = new Set(actions.map(({ index }) => index));
    const law = indexes.every((index) => left.has(index)) ? 'order' : 'loss';
    return actions.length === 0 ? undefined : { law, what: 'it is', atMs: 0, step: 0 };
  };
}

const violation: Violation = { law: 'order', what: 'it was', atMs: 0, step: 0 };

for (const indexes of [[0], [3, 17], [1, 2, 9, 15]]) {
  test(`shrink() finds that actions ${indexes.join(', ')} are enough`, async () => {
    const { scenario } = await shrink(SCENARIO, violation, brokenBy(...indexes));
    assert.deepEqual(
      scenario.actions.map(({ index }) => index),
      indexes,
    );
  });
}

test('shrink() gives up in time, with the least it has found', async () => {
  const { scenario, runs } = await shrink(SCENARIO, violation, brokenBy(5), 2);
  assert.equal(runs, 2);
  assert.ok(scenario.actions.length < SCENARIO.actions.length);
});

test('shownActions() writes numbers and ranges', () => {
  const shown = (...indexes: number[]) => {
    return shownActions(SCENARIO.actions.filter(({ index }) => indexes.includes(index)));
  };
  assert.deepEqual([shown(), shown(4), shown(0, 1, 2, 7, 9, 10)], ['none', '4', '0-2,7,9-10']);
});

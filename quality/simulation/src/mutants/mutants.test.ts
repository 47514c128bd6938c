/**
 * Goal: each law can be broken, and is noticed when it is.
 * Method: a broker with one fault runs seed after seed until a law is broken that the fault is
 * against; that has to happen soon.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runScenario } from '../run/run-seed.js';
import { scenarioOf } from '../workload/scenario.js';
import { MUTANTS } from './mutants.testing.js';

/** Most seeds until a fault is noticed. */
const SEEDS_MAX = 200;

for (const { name, caughtBy, mutation } of MUTANTS) {
  test(`Simulation notices a broker that ${name}`, async (t) => {
    const others = new Set<string>();
    for (let seed = 1; seed <= SEEDS_MAX; seed++) {
      const { violations } = await runScenario(scenarioOf(seed), { mutation });
      const caught = violations.find(({ law }) => caughtBy.includes(law));
      if (caught !== undefined) {
        t.diagnostic(`seed ${seed}, ${caught.law}: ${caught.what}`);
        return;
      }
      for (const { law } of violations) others.add(law);
    }
    assert.fail(
      `No seed up to ${SEEDS_MAX} breaks ${caughtBy.join(', ')}; broken: ${[...others].join(', ')}`,
    );
  });
}

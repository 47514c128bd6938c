import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { RunningMagpie } from '../suite/magpie.testing.js';
import { startMagpie } from '../suite/magpie.testing.js';
import { runTest } from '../suite/runner.js';
import type { Entry } from '../suite/suite.js';
import { selectTests } from '../suite/suite.js';
import { MUTANTS } from './mutants.testing.js';
import { startProxy } from './tampering-proxy.testing.js';

/**
 * Goal: the suite notices a broker that does otherwise.
 * Method: a proxy before Magpie tampers with the packets, so that it looks as if it had one fault;
 * the tests named for that fault must all fail, and must all pass through the same proxy when it
 * changes nothing.
 */
const CONCURRENCY = 8;
/** Many faults show as something that does not come; that is all this time is waited for, in ms. */
const MISSING_MS = 700;

describe('The suite', { concurrency: CONCURRENCY }, () => {
  let magpie: RunningMagpie;
  before(async () => {
    magpie = await startMagpie();
  });
  after(() => magpie[Symbol.asyncDispose]());

  const port = (): number => Number(new URL(magpie.target.url).port);

  for (const [n, { name, caughtBy, ...fault }] of MUTANTS.entries()) {
    test(`notices a broker that ${name}`, async () => {
      await using proxy = await startProxy(port(), fault);
      const target = { url: proxy.url, wsUrl: undefined, timeoutMs: MISSING_MS };
      for (const [m, entry] of caughtBy.map(only).entries()) {
        const { outcome } = await runTest(entry, target, `f${n}x${m}`);
        assert.equal(outcome, 'failed', `“${entry.test.name}” has not noticed it`);
      }
    });
  }

  const used = new Set(MUTANTS.flatMap(({ caughtBy }) => caughtBy));
  for (const [n, words] of [...used].entries()) {
    test(`passes without a fault: ${words}`, async () => {
      await using proxy = await startProxy(port(), {});
      const target = { ...magpie.target, url: proxy.url };
      const { outcome, why } = await runTest(only(words), target, `g${n}`);
      assert.equal(outcome, 'passed', why);
    });
  }
});

/** The one test that has these words in its name. */
function only(words: string): Entry {
  const [entry, ...others] = selectTests([words]);
  assert.ok(entry !== undefined && others.length === 0, `“${words}” must pick one test`);
  return entry;
}

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { RunningMagpie } from './suite/magpie.testing.js';
import { startMagpie } from './suite/magpie.testing.js';
import { runTest } from './suite/runner.js';
import { selectTests } from './suite/suite.js';

/**
 * Goal: Magpie does what every test of the suite says, recommendations and extensions included,
 * over TCP and over WebSocket.
 * Method: the tests that run by URL against any broker, several at once, against a Magpie of its
 * own for each transport.
 */
const TRANSPORTS = ['TCP', 'WebSocket'] as const;
const CONCURRENCY = 16;

for (const transport of TRANSPORTS) {
  describe(`Magpie over ${transport}`, { concurrency: CONCURRENCY }, () => {
    let magpie: RunningMagpie;
    before(async () => {
      magpie = await startMagpie();
    });
    after(() => magpie[Symbol.asyncDispose]());

    for (const [n, entry] of selectTests([]).entries()) {
      test(`${entry.chapter.name}: ${entry.test.name}`, async () => {
        const { target } = magpie;
        const url = transport === 'TCP' ? target.url : target.wsUrl;
        const { outcome, why } = await runTest(entry, { ...target, url }, `m${n.toString(16)}x`);
        assert.equal(outcome, 'passed', why);
      });
    }
  });
}

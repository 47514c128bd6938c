import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RuleAuthorizer } from './auth/rules/rule-authorizer.js';
import { rulesIn } from './auth/rules/rules.testing.js';
import { createBroker } from './broker.js';
import { cpuMs, longestWithGarbage, OtherWork } from './model/other-work.testing.js';
import { CrowdedStore } from './stores/crowded-store.testing.js';

const SESSIONS = 100_000;
/** Of which each denies something to somebody; the last allows the rest. */
const RULES = 1000;

function manyRules() {
  const denials = Array.from({ length: RULES }, (_, at) => {
    return `{ deny: both, topics: [plant/${at * 100}/#, extra/${at}] }`;
  });
  return rulesIn(...denials, '{ allow: both, topics: ["#"] }');
}

test(`rules for ${SESSIONS} sessions are previewed and replaced in small steps`, async (t) => {
  const authorizer = new RuleAuthorizer(rulesIn('{ allow: both, topics: ["#"] }'));
  const broker = await createBroker({ authorizer, store: new CrowdedStore(SESSIONS) });
  t.after(() => broker.close());
  const rules = manyRules();
  const otherwiseMs = await longestWithGarbage();
  t.diagnostic(`No rules, but garbage: the longest step ${otherwiseMs.toFixed(1)} ms`);
  const steps = {
    preview: () => broker.previewRecheck(new RuleAuthorizer(rules)),
    reload: async () => (await broker.reload({ rules })).revocations,
  };
  for (const [what, step] of Object.entries(steps)) {
    const others = new OtherWork();
    const beganMs = cpuMs();
    const revocations = await step();
    const { turns, longestMs } = others.end();
    assert.equal(revocations.length, RULES);
    assert.ok(turns >= 5, `${turns} turns of others`); // it takes more than 15 ms on any machine
    // Printed, not asserted: a busy machine makes it longer, whatever we do.
    const all = `${(cpuMs() - beganMs).toFixed(0)} ms in ${turns} steps`;
    t.diagnostic(`${what}: ${all}, the longest ${longestMs.toFixed(1)} ms`);
  }
  assert.equal(broker.gauges().subscriptions, SESSIONS - RULES);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeviceGroup, PublishPlan } from '../load-plan.js';
import { parseScenario } from './parse-scenario.js';
import { idsOf, planScenario, timingOfScenario } from './plan-scenario.js';

function planOfText(text: string, clientId?: string) {
  const parsed = parseScenario(text, 's.yaml');
  assert.ok('scenario' in parsed, JSON.stringify(parsed));
  const options = clientId === undefined ? {} : { clientId };
  const place = { server: new URL('mqtt://h'), options, run: 9, sources: [] };
  return { scenario: parsed.scenario, plan: planScenario(parsed.scenario, place) };
}

const TEXT = `
seed: 5
duration: 10
ramp: 2
groups:
  - name: a
    count: 20
    session: persistent
    keepAlive: 7
    username: u{n}
    will: { topic: 'w/{n}', qos: 1, retain: true }
    publish:
      - { topic: 'x/{n}', rate: 4, jitter: 0.5, phase: 0 }
      - { topic: y, every: 2, qos: 2, payload: { format: text, text: 'no. {n}' } }
    leave:
      - { after: [1, 2], away: [3, 4], how: clean, share: 0.5 }
      - { at: 5, away: [0, 1] }
  - { name: b, count: 1, clientId: only, subscribe: [{ topic: 'x/#', qos: 1 }] }
`;

test('planScenario() says what the workers do', () => {
  const { plan } = planOfText(TEXT);
  assert.deepEqual([plan.seed, plan.connectRate, plan.comesAndGoes, plan.run], [5, 10.5, true, 9]);
  const [a, b] = plan.groups as [DeviceGroup, DeviceGroup];
  assert.deepEqual(a.session, { clean: false, keepAlive: 7, username: 'u{n}' });
  assert.deepEqual(a.leave, [
    { when: { after: [1, 2] }, away: [3, 4], how: 'clean', share: 0.5 },
    { when: { at: 5 }, away: [0, 1], how: 'abrupt', share: 1 },
  ]);
  const [x, y, will] = a.publish as [PublishPlan, PublishPlan, PublishPlan];
  assert.deepEqual(x.pace, { kind: 'rate', everyUs: 250_000, jitter: 0.5, phase: 0 });
  assert.deepEqual([x.bytes, y.bytes], [100, '[_bench 9,0,0,100000000000] no. 0'.length]);
  assert.deepEqual([will.topic, will.qos, will.retain, will.pace.kind], ['w/{n}', 1, true, 'will']);
  assert.deepEqual(b.subscribe, [{ filter: 'x/#', qos: 1 }]);
  assert.deepEqual(idsOf(plan, 0), ['bench-a-0', 'bench-a-19']);
  assert.deepEqual(idsOf(plan, 1), ['only', 'only']);
  assert.equal(planOfText(TEXT, 'mine-').plan.idPrefix, 'mine-');
});

test('timingOfScenario() follows the file where no flag is given', () => {
  const { scenario } = planOfText(TEXT);
  assert.deepEqual(timingOfScenario(scenario, { intervalMs: 500 }), {
    warmUpMs: 2000,
    durationMs: 10_000,
    drainMs: 3000,
    intervalMs: 500,
  });
  const given = { intervalMs: 500, durationMs: 100, warmUpMs: 0 };
  assert.deepEqual(timingOfScenario(scenario, given), { drainMs: 3000, ...given });
});

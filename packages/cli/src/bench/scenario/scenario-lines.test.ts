import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseScenario } from './parse-scenario.js';
import { planScenario, timingOfScenario } from './plan-scenario.js';
import { scenarioLines } from './scenario-lines.js';

test('scenarioLines() says what a scenario would do', () => {
  const text = `
name: small
duration: 10
groups:
  - name: a
    count: 20
    session: persistent
    publish:
      - { topic: 'x/{n}', every: 2, payload: { format: json, fields: { s: { type: counter } } } }
    subscribe: [{ topic: 'y/#', qos: 1 }]
    leave: [{ at: 5, away: [1, 2] }, { after: [3, 3], away: [4, 4], how: clean, share: 0.25 }]
`;
  const parsed = parseScenario(text, 's.yaml');
  assert.ok('scenario' in parsed);
  const { scenario } = parsed;
  const place = { server: new URL('mqtt://h'), options: {}, run: 9, sources: [] };
  const timing = timingOfScenario(scenario, { intervalMs: 1000 });
  assert.deepEqual(scenarioLines(scenario, planScenario(scenario, place), timing), [
    'small: 20 devices, 10 messages/s, 2 s warm-up, 10 s measured, seed 1',
    '',
    'a: bench-a-0 to bench-a-19',
    '  20 devices',
    '  persistent sessions',
    '  subscribe to y/#: QoS 1',
    '  publish to x/{n}: QoS 0, 37 bytes, each every 2000 ms',
    '  100 % leave at 5 s, abruptly, for 1–2 s',
    '  25 % leave after 3 s, with DISCONNECT, for 4 s',
    '  {"_bench":[9,0,0,100000000000],"s":0}',
  ]);
});

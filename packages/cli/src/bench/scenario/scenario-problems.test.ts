import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scenarioProblems } from './scenario-problems.js';

const BASE = { name: 'a', count: 1 };

test('scenarioProblems() finds none in a scenario that fits together', () => {
  const groups = [
    { ...BASE, subscribe: [{ topic: '{id}/{n}/#' }] },
    { ...BASE, name: 'b', clientId: 'fixed', publish: [{ topic: 'x/{group}', every: 1 }] },
  ];
  assert.deepEqual(scenarioProblems({ duration: 1, groups }), []);
});

test('scenarioProblems() looks at wills and at the texts of fields, too', () => {
  const payload = {
    format: 'json' as const,
    fields: { f: { type: 'text' as const, text: '{x}' } },
  };
  const problems = scenarioProblems({
    duration: 1,
    groups: [{ ...BASE, will: { topic: 'a/+', payload } }],
  });
  assert.deepEqual(
    problems.map(({ path }) => path.join('.')),
    ['groups.0.will.topic', 'groups.0.will.payload.fields.f.text'],
  );
});

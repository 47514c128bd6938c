import assert from 'node:assert/strict';
import { test } from 'node:test';
import { knownScenarioKeys, scenarioSchema } from './scenario-schema.js';

test('scenarioSchema describes each of its keys', () => {
  for (const [key, value] of Object.entries(scenarioSchema.shape)) {
    assert.ok(value.description, key);
  }
});

const ROOT = {
  groups: [{ publish: [{ payload: { format: 'cbor', fields: { a: { type: 'int' } } } }] }],
};
const known: [path: PropertyKey[], key: string][] = [
  [[], 'duration'],
  [['groups', 0], 'clientId'],
  [['groups', 0, 'publish', 0], 'jitter'],
  [['groups', 0, 'publish', 0, 'payload'], 'fields'],
  [['groups', 0, 'publish', 0, 'payload', 'fields', 'a'], 'min'],
  [['groups', 0, 'leave', 0], 'away'],
];
for (const [path, key] of known) {
  test(`knownScenarioKeys() knows ${key} at '${path.join('.')}'`, () => {
    assert.ok(knownScenarioKeys(path, ROOT).includes(key));
  });
}

test('knownScenarioKeys() knows nothing where there is no table', () => {
  assert.deepEqual(knownScenarioKeys(['duration', 'x'], ROOT), []);
  assert.deepEqual(knownScenarioKeys(['x', 0], ROOT), []);
});

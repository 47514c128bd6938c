import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiWorld } from '../api/api-world.testing.js';

const RULES = `rules:
  - { deny: both, topics: secret/# }
  - { allow: both, topics: "#" }
`;

test('ruleRoutes: a preview tells who would lose what, and changes nothing', async (t) => {
  const world = await ApiWorld.start(t);
  await world.connect('c', ['secret/a', 0], ['open/a', 0]);
  await world.connect('d', ['open/a', 0]);
  const lost = { clientid: 'c', username: null, connected: true, filters: ['secret/a'] };
  for (let times = 0; times < 2; times++) {
    const data = await world.data('POST /authorization/preview', 'operator', { rules: RULES });
    assert.deepEqual(data, { sessions: 1, revocations: [lost] });
  }
});

test('ruleRoutes: a preview tells of a thousand sessions, and how many there are', async (t) => {
  const world = await ApiWorld.start(t);
  for (let at = 0; at < 1001; at++) await world.connect(`c${at}`, ['secret/a', 0]);
  const data = await world.data('POST /authorization/preview', 'operator', { rules: RULES });
  const { sessions, revocations } = data as { sessions: number; revocations: unknown[] };
  assert.deepEqual([sessions, revocations.length], [1001, 1000]);
});

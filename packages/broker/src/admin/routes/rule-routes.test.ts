import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Authenticator } from '../../auth/authenticator.js';
import { RuleAuthorizer } from '../../auth/rules/rule-authorizer.js';
import { rulesOf } from '../../auth/rules/rules.testing.js';
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

test('ruleRoutes: a test asks the rules that hold, and says which one decides', async (t) => {
  const authorizer = new RuleAuthorizer(rulesOf(RULES));
  const world = await ApiWorld.start(t, { authorizer });
  const ask = (fields: object) => {
    const question = { action: 'publish', topic: 'secret/a', clientid: 'c', ...fields };
    return world.data('POST /authorization/test', 'operator', question);
  };
  const deny = { place: 'acl.yaml:2', line: 2, text: 'deny both secret/#' };
  const allow = { place: 'acl.yaml:3', line: 3, text: 'allow both #' };
  assert.deepEqual(await ask({}), { allowed: false, checked: false, rule: deny, passed: [] });
  assert.deepEqual(await ask({ topic: 'open' }), {
    allowed: true,
    checked: false,
    rule: allow,
    passed: [{ ...deny, why: 'secret/# does not match' }],
  });
  authorizer.replace(rulesOf(RULES.replace('"#"', '"#", delivery: checked')));
  const all = (await ask({ action: 'subscribe', topic: '#' })) as Record<string, unknown>;
  assert.deepEqual([all['allowed'], all['checked']], [true, true]);
});

test('ruleRoutes: a test knows how the client is connected', async (t) => {
  const rules = 'rules: [{ allow: both, who: { user: li }, topics: "#" }]';
  const authenticator: Authenticator = {
    authenticate: () => ({ allowed: true, username: 'li' }),
  };
  const authorizer = new RuleAuthorizer(rulesOf(rules));
  const world = await ApiWorld.start(t, { authorizer, authenticator });
  await world.connect('c');
  const ask = async (fields: object) => {
    const question = { action: 'publish', topic: 'a', clientid: 'c', ...fields };
    const answer = await world.data('POST /authorization/test', 'operator', question);
    return (answer as { allowed: boolean }).allowed;
  };
  assert.equal(await ask({}), true);
  assert.equal(await ask({ username: 'bo' }), false);
  assert.equal(await ask({ username: null }), false);
  assert.equal(await ask({ clientid: 'away' }), false);
  assert.equal(await ask({ clientid: 'away', username: 'li' }), true);
});

test('ruleRoutes: a test needs rules', async (t) => {
  const world = await ApiWorld.start(t);
  const json = { action: 'publish', topic: 'a', clientid: 'c' };
  const response = await world.ask('POST /authorization/test', 'operator', { json });
  assert.equal(response.status, 409);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RuleAuthorizer } from '../auth/rules/rule-authorizer.js';
import { clientOf, rulesIn } from '../auth/rules/rules.testing.js';
import { SessionWorld } from '../sessions/session-world.testing.js';
import { liveView } from './live-view.js';

test('liveView() shows what is there', () => {
  const world = new SessionWorld();
  const session = world.session();
  world.retain('r', 'm');
  const live = liveView(world);
  assert.equal(live.session('c'), session);
  assert.deepEqual([...live.sessions()], [session]);
  assert.equal(live.route('t').own[0]?.subscriber, session);
  assert.deepEqual([live.isRetained('r'), live.isRetained('t')], [true, false]);
  assert.equal(live.nowMs, world.clock.wallMs());
});

test('liveView() asks rules of a file, and never a program', () => {
  const world = new SessionWorld();
  assert.equal(liveView(world).mayPublish(clientOf(), 'a', 0, false), true);
  const program = { mayPublish: () => assert.fail('asked'), maySubscribe: () => true };
  const ofProgram = liveView({ ...partsOf(world), authorizer: program });
  assert.equal(ofProgram.mayPublish(clientOf(), 'a', 0, false), 'unknown');
  const authorizer = new RuleAuthorizer(
    rulesIn('{ deny: both, topics: a }', '{ allow: both, topics: b }'),
  );
  const { mayPublish } = liveView({ ...partsOf(world), authorizer });
  assert.deepEqual(mayPublish(clientOf(), 'a', 0, false), { rule: 'acl.yaml:2' });
  assert.equal(mayPublish(clientOf(), 'b', 0, false), true);
  const none = mayPublish(clientOf(), 'c', 0, false);
  assert.ok(typeof none === 'object' && none.rule.length > 0);
});

function partsOf({ clock, limits, journal, registry, router, retained }: SessionWorld) {
  return { clock, limits, journal, registry, router, retained };
}

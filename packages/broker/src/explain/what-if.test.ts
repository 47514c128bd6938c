import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QoS } from '@magpie/protocol';
import { RuleAuthorizer } from '../auth/rules/rule-authorizer.js';
import { clientOf, rulesIn } from '../auth/rules/rules.testing.js';
import { RecordingSubscriber } from '../routing/recording-subscriber.testing.js';
import { SessionWorld } from '../sessions/session-world.testing.js';
import { liveView } from './live-view.js';
import { whatIf, type WhatIfQuestion } from './what-if.js';

function outcome(world: SessionWorld, qos: QoS): string {
  const [delivery] = whatIf({ topic: 't', qos }, liveView(world)).deliveries;
  return `${delivery?.outcome} ${delivery?.qos} ${delivery?.why ?? ''}`.trimEnd();
}

test('whatIf() says what would become of a message, and that is what becomes of it', () => {
  const away = new SessionWorld({ queuedMessagesMax: 1 });
  const session = away.session('c', { qos: 1 });
  assert.deepEqual([outcome(away, 0), outcome(away, 2)], ['dropped 0 offline-qos0', 'queued 1']);
  away.publish('m', 2);
  assert.equal(session.queued, 1);
  assert.equal(outcome(away, 1), 'dropped 1 queue-full');
  away.publish('m', 1);
  assert.deepEqual(away.dropped, { 'queue-full': 1 });
  const slow = new SessionWorld();
  const [, outlet] = slow.online('c', { clean: true });
  assert.deepEqual([outcome(slow, 0), outcome(slow, 1)], ['sent 0', 'sent 1']);
  outlet.congested = true;
  outlet.full = true;
  assert.deepEqual([outcome(slow, 0), outcome(slow, 1)], ['dropped 0 output-full', 'queued 1']);
});

test('whatIf() changes nothing: neither the turn of a share group nor a route', () => {
  const world = new SessionWorld();
  for (const name of ['a', 'b']) {
    const { session } = world.registry.open(name, false);
    world.registry.subscribe(session, '$share/g/t', 1);
  }
  for (let time = 0; time < 3; time++) {
    const { deliveries, deliveriesCount } = whatIf({ topic: 't', qos: 1 }, liveView(world));
    assert.deepEqual(
      deliveries.map(({ group }) => group),
      ['g', 'g'],
    );
    assert.equal(deliveriesCount, 2);
  }
  world.publish('m', 1);
  const queued = ['a', 'b'].map((name) => world.registry.get(name)?.queued);
  assert.deepEqual(queued, [1, 0]);
});

test('whatIf() shows the first thousand of many subscribers, and says how many there are', () => {
  const world = new SessionWorld();
  for (let number = 0; number < 1200; number++) world.session(`c${number}`);
  world.router.index.add('t', new RecordingSubscriber(), 0);
  const { deliveries, deliveriesCount } = whatIf({ topic: 't' }, liveView(world));
  assert.deepEqual([deliveries.length, deliveriesCount], [1000, 1201]);
});

test('whatIf() asks the rules about a client as it is, was, or is supposed to be', () => {
  const authorizer = new RuleAuthorizer(
    rulesIn('{ allow: both, who: { user: u, address: 192.0.2.0/24 }, topics: t }'),
  );
  const world = new SessionWorld();
  const { clock, limits, journal, registry, router, retained } = world;
  const live = liveView({ clock, limits, journal, registry, router, retained, authorizer });
  const answer = (from: string, as: Partial<WhatIfQuestion> = {}) => {
    const { allowed, assumed } = whatIf({ topic: 't', from, ...as }, live);
    return [allowed === true, assumed];
  };
  const [session] = world.online('c');
  const as = { username: 'u', address: '192.0.2.1' };
  assert.deepEqual(answer('stranger'), [false, {}]);
  assert.deepEqual(answer('stranger', { username: 'u' }), [false, { username: 'u' }]);
  assert.deepEqual(answer('stranger', as), [true, as]);
  session.rights.client = clientOf({ clientId: 'c', ...as });
  assert.deepEqual(answer('c'), [true, undefined]);
  assert.deepEqual(answer('c', { username: 'v' }), [false, { ...as, username: 'v' }]);
  world.registry.leave(session);
  assert.deepEqual(answer('c'), [true, as]);
});

test('whatIf() looks at a bounded number of filters for those that nearly match', () => {
  const world = new SessionWorld();
  const { session } = world.registry.open('many', false);
  for (let number = 0; number < 6000; number++) {
    world.registry.subscribe(session, `other/${number}`, 0);
  }
  const { session: near } = world.registry.open('near', false);
  world.registry.subscribe(near, 'T', 0);
  assert.deepEqual(whatIf({ topic: 't' }, liveView(world)).nearMisses, []);
  for (let number = 0; number < 6000; number++) {
    world.registry.unsubscribe(session, `other/${number}`);
  }
  assert.equal(whatIf({ topic: 't' }, liveView(world)).nearMisses.length, 1);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SessionWorld } from '../sessions/session-world.testing.js';
import { explain } from './explain.js';
import { explanationText, whatIfText } from './explanation-text.js';
import { liveView } from './live-view.js';
import { whatIf } from './what-if.js';

test('explanationText() begins with the verdict, in both languages', () => {
  const world = new SessionWorld();
  world.online('c', { clean: true });
  world.publish('m', 0);
  const explanation = explain({ topic: 't', to: 'c' }, liveView(world));
  const [verdict, ...rest] = explanationText(explanation, 'en');
  assert.match(verdict ?? '', /^It arrived: handed to the connection of c/);
  assert.equal(rest.length, 4);
  assert.match(explanationText(explanation, 'zh')[0] ?? '', /^已送达/);
});

test('whatIfText() has a line for each who gets it, and for each who nearly does', () => {
  const world = new SessionWorld();
  world.session('away');
  const { session } = world.registry.open('near', false);
  world.registry.subscribe(session, 'T', 1);
  const answer = whatIf({ topic: 't' }, liveView(world));
  assert.deepEqual(whatIfText(answer, 'en'), [
    '1 subscriber would be asked to take it',
    '  away: dropped, QoS 0 offline-qos0',
    '  not near: T (case)',
  ]);
  assert.equal(whatIfText(answer, 'zh').length, 3);
  const denied = {
    ...answer,
    question: { topic: 't', from: 'p' },
    allowed: { rule: 'acl.yaml:2' },
  };
  assert.deepEqual(whatIfText(denied, 'en'), ['p may not publish it: acl.yaml:2']);
  const assumed = { username: 'u', address: '192.0.2.1' };
  assert.deepEqual(whatIfText({ ...denied, assumed }, 'en'), [
    'p may not publish it: acl.yaml:2',
    '  supposed that p connects as user u, from 192.0.2.1',
  ]);
  const unknown = { ...denied, allowed: 'unknown', assumed: {} } as const;
  assert.deepEqual(whatIfText(unknown, 'en').slice(1, 3), [
    '  whether p may publish it, the program decides',
    '  supposed that p connects without a user name, from nowhere known',
  ]);
  assert.equal(whatIfText(unknown, 'zh').length, 5);
});

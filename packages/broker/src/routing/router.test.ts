import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecordingSubscriber } from './recording-subscriber.testing.js';
import { type Route, Router } from './router.js';

function shown({ own, groups }: Route): string[] {
  const subscribers = own.map(({ subscriber, qos }) =>
    subscriber instanceof RecordingSubscriber ? `${subscriber.name} @ ${qos}` : 'somebody else',
  );
  return [...subscribers.toSorted(), ...groups.map(({ name }) => `group ${name}`).toSorted()];
}

const [a, b] = [new RecordingSubscriber('a'), new RecordingSubscriber('b')];

test('Router.route() has one entry per subscriber, with its highest QoS', () => {
  const router = new Router();
  router.index.add('sport/+', a, 0);
  router.index.add('sport/#', a, 2);
  router.index.add('sport/tennis', a, 1);
  router.index.add('sport/tennis', b, 1);
  router.index.add('#', b, 0);
  assert.deepEqual(shown(router.route('sport/tennis')), ['a @ 2', 'b @ 1']);
  assert.deepEqual(shown(router.route('sport/golf')), ['a @ 2', 'b @ 0']);
  assert.deepEqual(shown(router.route('news')), ['b @ 0']);
});

test('Router.route() names every group with a matching filter, beside own subscriptions', () => {
  const router = new Router();
  router.index.add('t', a, 1, 'one');
  router.index.add('t', b, 1, 'one');
  router.index.add('+', a, 1, 'one'); // the same name at another filter is another group
  router.index.add('#', a, 1, 'two');
  router.index.add('t', a, 0);
  assert.deepEqual(shown(router.route('t')), ['a @ 0', 'group one', 'group one', 'group two']);
});

test('Router.route() is kept from the second time on, until a subscription changes', () => {
  const router = new Router();
  router.index.add('t', a, 0);
  router.route('t');
  const first = router.route('t');
  assert.equal(router.route('t'), first);
  assert.equal(router.routesCached, 1);

  router.index.add('t', b, 1);
  const second = router.route('t');
  assert.deepEqual(shown(second), ['a @ 0', 'b @ 1']);
  assert.equal(router.route('t'), second);

  router.index.remove('t', a);
  assert.deepEqual(shown(router.route('t')), ['b @ 1']);
  router.index.add('t', b, 2); // replaced
  assert.deepEqual(shown(router.route('t')), ['b @ 2']);
  assert.equal(router.routesCached, 1);
});

test('Router.route() that was handed out stays as it was', () => {
  const router = new Router();
  router.index.add('t', a, 0);
  const route = router.route('t');
  router.index.add('t', a, 2);
  router.index.add('t', b, 1);
  router.index.remove('t', a);
  assert.deepEqual(shown(route), ['a @ 0']);
});

test('Router keeps routes of topics that nobody subscribed to, too', () => {
  const router = new Router();
  router.route('nobody');
  assert.equal(router.route('nobody'), router.route('nobody'));
  assert.equal(router.routesCached, 1);
});

test('Router keeps no route of topics that never repeat', () => {
  const router = new Router();
  for (let count = 0; count < 1000; count++) router.route(`site/${count}`);
  assert.ok(router.routesCached < 10, `${router.routesCached} routes`);
});

test('Router keeps at most routesMax routes and goes on when it is full', () => {
  const router = new Router({ routesMax: 3 });
  router.index.add('#', a, 1);
  for (let count = 0; count < 20; count++) {
    for (let time = 0; time < 3; time++) {
      assert.deepEqual(shown(router.route(`t${count}`)), ['a @ 1']);
      assert.ok(router.routesCached <= 3, `${router.routesCached} routes`);
    }
  }
  assert.ok(router.routesCached > 0);
});

test('Router keeps topics of at most routesCharactersMax characters, and one more', () => {
  const router = new Router({ routesCharactersMax: 100 });
  let most = 0;
  for (let count = 0; count < 50; count++) {
    const topic = `${String(count).padStart(2, '0')}${'x'.repeat(18)}`;
    for (let time = 0; time < 2; time++) router.route(topic);
    most = Math.max(most, router.routesCached);
  }
  assert.equal(most, 6);
});

test('Router does not count a route twice that is matched again', () => {
  const router = new Router({ routesCharactersMax: 10 });
  for (let count = 0; count < 100; count++) {
    router.route('t');
    router.index.add('t', a, count % 2 === 0 ? 0 : 1);
  }
  for (let time = 0; time < 2; time++) router.route('u');
  assert.equal(router.routesCached, 2);
});

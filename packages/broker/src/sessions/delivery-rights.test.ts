import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AllowAll, type Authorizer } from '../auth/authorizer.js';
import { DeliveryRights } from './delivery-rights.js';

const CLIENT = { clientId: 'c', username: undefined, address: '192.0.2.1' };

class OnlyA extends AllowAll {
  generation = 1;

  mayDeliver(_client: unknown, topic: string): boolean {
    return topic === 'a';
  }
}

function rightsBy(authorizer: Authorizer): DeliveryRights {
  const rights = new DeliveryRights(authorizer);
  rights.client = CLIENT;
  return rights;
}

test('DeliveryRights asks about nothing unless something has changed', () => {
  const rights = rightsBy(new OnlyA());
  assert.deepEqual([rights.checks, rights.unsettled], [false, false]);
  assert.equal(rights.refusesWaiting('b', 0), false);
  assert.equal(rights.refusesWaiting('b', -1), false);
});

test('DeliveryRights asks about what waited when the rights changed, QoS 0 too', () => {
  const rights = rightsBy(new OnlyA());
  rights.settle(7);
  assert.deepEqual(
    [-1, 0, 6, 7].map((at) => rights.refusesWaiting('b', at)),
    [true, true, true, false],
  );
  assert.equal(rights.refusesWaiting('a', 0), false);
});

test('DeliveryRights asks about QoS 0 that waited where nothing else ever did', () => {
  const rights = rightsBy(new OnlyA());
  rights.settle(0);
  assert.equal(rights.refusesWaiting('b', -1), true);
});

test('DeliveryRights asks about everything where it has to', () => {
  const rights = rightsBy(new OnlyA());
  rights.checksAll = true;
  rights.settle(0);
  assert.equal(rights.checks, true);
  assert.equal(rights.refusesWaiting('b', 100), true);
  assert.equal(rights.refuses('b'), true);
  assert.equal(rights.refuses('a'), false);
});

for (const why of ['answers', 'client'] as const) {
  test(`DeliveryRights asks about everything while the ${why} are new and not looked at`, () => {
    const authorizer = new OnlyA();
    const rights = rightsBy(authorizer);
    if (why === 'answers') authorizer.generation++;
    else rights.unsettle();
    assert.deepEqual([rights.checks, rights.unsettled], [true, true]);
    assert.equal(rights.refusesWaiting('b', 100), true);
    rights.look();
    assert.equal(rights.checks, true, 'only begun');
    rights.settle(0);
    assert.deepEqual([rights.checks, rights.unsettled], [false, false]);
  });
}

test('DeliveryRights keeps that everything is checked if that was granted during a look', () => {
  const rights = rightsBy(new OnlyA());
  rights.checksAll = true;
  const first = rights.look();
  assert.equal(rights.checksAll, false);
  rights.checksAll = true; // a SUBSCRIBE
  rights.settle(0);
  assert.equal(rights.checks, true);
  const second = rights.look();
  assert.deepEqual([rights.isLook(first), rights.isLook(second)], [false, true]);
});

test('DeliveryRights refuses nothing without a client, or an authorizer that can tell', () => {
  assert.equal(new DeliveryRights(new OnlyA()).refuses('b'), false);
  const rights = rightsBy(new AllowAll());
  rights.unsettle();
  assert.equal(rights.unsettled, false, 'nobody would look');
  assert.equal(rights.refuses('b'), false);
});

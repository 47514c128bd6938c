import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AllowAll, type Authorizer } from '../auth/authorizer.js';
import { DeliveryRights } from './delivery-rights.js';

const CLIENT = { clientId: 'c', username: undefined, address: '192.0.2.1' };

class OnlyA extends AllowAll {
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
  assert.equal(rights.checksAll, false);
  assert.equal(rights.refusesWaiting('b', 0), false);
  assert.equal(rights.refusesWaiting('b', -1), false);
});

test('DeliveryRights asks about what waited when the rights changed, QoS 0 too', () => {
  const rights = rightsBy(new OnlyA());
  rights.changed(false, 7);
  assert.deepEqual(
    [-1, 0, 6, 7].map((at) => rights.refusesWaiting('b', at)),
    [true, true, true, false],
  );
  assert.equal(rights.refusesWaiting('a', 0), false);
});

test('DeliveryRights asks about QoS 0 that waited where nothing else ever did', () => {
  const rights = rightsBy(new OnlyA());
  rights.changed(false, 0);
  assert.equal(rights.refusesWaiting('b', -1), true);
});

test('DeliveryRights asks about everything where it has to', () => {
  const rights = rightsBy(new OnlyA());
  rights.changed(true, 0);
  assert.equal(rights.checksAll, true);
  assert.equal(rights.refusesWaiting('b', 100), true);
  assert.equal(rights.refuses('b'), true);
  assert.equal(rights.refuses('a'), false);
});

test('DeliveryRights refuses nothing without a client, or an authorizer that can tell', () => {
  assert.equal(new DeliveryRights(new OnlyA()).refuses('b'), false);
  assert.equal(rightsBy(new AllowAll()).refuses('b'), false);
});

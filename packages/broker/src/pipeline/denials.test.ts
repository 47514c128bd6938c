import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messageOf } from '../routing/recording-subscriber.testing.js';
import { PipelineWorld, subscribeOf } from './pipeline-world.testing.js';

const DENIAL = { rule: 'acl.yaml:12', line: 12 };

test('Denials log a message with its publisher, topic and rule', () => {
  const world = new PipelineWorld();
  const client = { clientId: 'c', username: 'u', address: '192.0.2.1' };
  assert.equal(
    world.denials.ofMessage(client, messageOf('a/b', 'x', { qos: 1 }), DENIAL),
    undefined,
  );
  const [line] = world.log.of('publish-denied');
  const names = { event: 'publish-denied', clientId: 'c', username: 'u', address: '192.0.2.1' };
  assert.deepEqual(line?.fields, {
    ...names,
    topic: 'a/b',
    qos: 1,
    retain: false,
    rule: 'acl.yaml:12',
  });
  assert.equal(line.level, 'warn');
});

test('Denials count and log a subscription', () => {
  const world = new PipelineWorld();
  const client = { clientId: 'c', username: undefined, address: '192.0.2.1' };
  world.denials.ofSubscription(client, 'a/#', 2, DENIAL);
  world.denials.ofSubscription(client, 'b', 0, false);
  assert.equal(world.counters.subscriptionsDenied, 2);
  const lines = world.log
    .of('subscribe-denied')
    .map(({ fields }) => [fields['filter'], fields['rule']]);
  assert.deepEqual(lines, [
    ['a/#', 'acl.yaml:12'],
    ['b', undefined],
  ]);
});

test('Denials tell a publisher that listens what was denied, and by which line', () => {
  const world = new PipelineWorld();
  const client = world.client('c', { filters: ['$SYS/clients/c/denied'] });
  world.clock.advance(1000);
  const denied = messageOf('a', 'x', { retain: true });
  const notice = world.denials.ofMessage(client.principal, denied, DENIAL);
  assert.equal(notice?.topic, '$SYS/clients/c/denied');
  assert.deepEqual([notice.qos, notice.retain], [0, false]);
  const time = new Date(world.clock.wallMs()).toISOString();
  const expected = { topic: 'a', qos: 0, retain: true, rule: 12, time };
  assert.deepEqual(JSON.parse(Buffer.from(notice.payload).toString()), expected);
});

for (const clientId of ['a/b', '+', '#']) {
  test(`Denials tell nobody on the topic of a client that is called ${clientId}`, () => {
    const world = new PipelineWorld();
    world.client('spy', { filters: ['$SYS/#'] });
    const client = world.client(clientId, { filters: ['$SYS/clients/#'] });
    assert.equal(world.denials.ofMessage(client.principal, messageOf('a', 'x'), DENIAL), undefined);
  });
}

test('Publishing tells the publisher of a denied message, and acknowledges it', () => {
  const world = new PipelineWorld();
  world.authorizer.publish = () => DENIAL;
  const client = world.client('c', { filters: ['$SYS/clients/c/denied', 'a'] });
  const other = world.client('d', { filters: ['#'] });
  world.receive(client, 'a', 'secret', { qos: 1, packetId: 7 });
  const [told, ...more] = client.outlet.sent();
  assert.match(told ?? '', /^\$SYS\/clients\/c\/denied=.*"rule":12.* @ 0$/);
  assert.deepEqual(more, ['puback 7']);
  assert.deepEqual(other.outlet.sent(), []);
  assert.equal(world.counters.dropped.denied, 1);
  assert.deepEqual(client.outlet.closing, []);
});

test('Publishing closes the connection of a client where the rule says so', () => {
  const world = new PipelineWorld();
  world.authorizer.publish = () => ({ ...DENIAL, disconnect: true });
  const client = world.client('c');
  world.receive(client, 'a', 'x', { qos: 2, packetId: 7 });
  assert.deepEqual(client.outlet.closing, ['denied']);
  // Otherwise it would be sent again at the next connection, and closed again.
  assert.deepEqual(client.outlet.sent(), ['pubrec 7']);
});

test('Subscribing grants what is checked, but no shared subscription so', () => {
  const world = new PipelineWorld();
  world.authorizer.subscribe = () => 'checked';
  const client = world.client('c');
  const outcome = world.subscribing.subscribe(client, subscribeOf(['#', 1], ['$share/g/#', 1]));
  assert.ok(!(outcome instanceof Promise));
  assert.deepEqual(outcome.returnCodes, [1, 0x80]);
  assert.equal(client.session.rights.checksAll, true);
  assert.equal(world.counters.subscriptionsDenied, 1);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Message } from '../model/message.js';
import { HandStore } from '../stores/hand-store.testing.js';
import { PipelineWorld } from './pipeline-world.testing.js';
import { Wills } from './wills.js';

const PRINCIPAL = { clientId: 'c', username: 'ursula', address: '192.0.2.1' };

function messageOf(payload = 'm'): Message {
  return Message.of({ topic: 'will', payload: Buffer.from(payload), qos: 1, retain: true });
}

function retained(world: PipelineWorld): string[] {
  return world.retained.matching('#').map(({ topic }) => topic);
}

for (const [when, answer] of [
  ['at once', (allowed: boolean) => allowed],
  ['later', (allowed: boolean) => Promise.resolve(allowed)],
] as const) {
  for (const allowed of [true, false]) {
    test(`Wills.publish() asks the authorizer, who answers ${allowed} ${when}`, async () => {
      const world = new PipelineWorld();
      world.authorizer.publish = () => answer(allowed);
      const subscriber = world.client('subscriber', { filters: ['#'] });
      const will = world.wills.keep(PRINCIPAL, messageOf());
      await world.wills.publish(will);
      assert.deepEqual(world.authorizer.asked, ['c publish will @ 1 retain']);
      assert.deepEqual(subscriber.outlet.sent(), allowed ? ['will=m @ 1 id 1'] : []);
      assert.deepEqual(retained(world), allowed ? ['will'] : []);
      assert.deepEqual(world.dropped, allowed ? {} : { denied: 1 });
      assert.deepEqual((await world.store.load()).wills, []);
    });
  }
}

test('Wills.publish() does not publish to a topic of the broker', async () => {
  const world = new PipelineWorld();
  const payload = Buffer.from('m');
  const message = Message.of({ topic: '$SYS/broker/uptime', payload, qos: 1, retain: true });
  await world.wills.publish(world.wills.keep(PRINCIPAL, message));
  assert.deepEqual([world.authorizer.asked, world.dropped], [[], { denied: 1 }]);
  assert.equal(world.retained.get('$SYS/broker/uptime'), undefined);
  assert.deepEqual((await world.store.load()).wills, []);
});

test('Wills.publish() is done when it returns, if the authorizer answers at once', () => {
  const world = new PipelineWorld();
  void world.wills.publish(world.wills.keep(PRINCIPAL, messageOf()));
  assert.deepEqual(retained(world), ['will']);
});

test('Wills.publish() has message and will change in one commit', () => {
  const world = new PipelineWorld({}, new HandStore());
  world.session('away');
  const will = world.wills.keep(PRINCIPAL, messageOf());
  world.gate.commit();
  world.store.written.length = 0;
  void world.wills.publish(will);
  assert.deepEqual(world.store.written, [
    'retain will=m',
    'append will=m for away:0@1',
    'will 1 is gone',
  ]);
  assert.equal(world.store.commits, 1);
});

test('Wills.publish() keeps a will in the store until the authorizer has answered', async () => {
  const world = new PipelineWorld();
  let decide: (allowed: boolean) => void = () => {};
  const answer = new Promise<boolean>((resolve) => {
    decide = resolve;
  });
  world.authorizer.publish = () => answer;
  const older = world.wills.keep(PRINCIPAL, messageOf('older'));
  const published = world.wills.publish(older);
  // The client has taken over from itself.
  const newer = world.wills.keep(PRINCIPAL, messageOf('newer'));
  assert.deepEqual((await world.store.load()).wills, [older, newer]);
  decide(true);
  await published;
  assert.deepEqual((await world.store.load()).wills, [newer]);
});

for (const fails of [false, true]) {
  const answer = fails ? 'nothing' : 'yes';
  test(`Wills.close() leaves a will in the store that gets ${answer} for an answer`, async () => {
    const world = new PipelineWorld();
    let decide: () => void = () => {};
    world.authorizer.publish = () =>
      new Promise((resolve, reject) => {
        decide = () => (fails ? reject(new Error('gone')) : resolve(true));
      });
    const will = world.wills.keep(PRINCIPAL, messageOf());
    const published = world.wills.publish(will);
    world.wills.close();
    decide();
    await published;
    assert.deepEqual([retained(world), (await world.store.load()).wills], [[], [will]]);
    assert.deepEqual(world.log.of('will-failed'), []);
  });
}

test('Wills.publish() gives up a will whose authorizer fails, and says so', async () => {
  const world = new PipelineWorld();
  world.authorizer.publish = () => Promise.reject(new Error('no connection'));
  await world.wills.publish(world.wills.keep(PRINCIPAL, messageOf()));
  const [line] = world.log.of('will-failed');
  assert.equal(line?.fields['clientId'], 'c');
  assert.deepEqual([retained(world), (await world.store.load()).wills], [[], []]);
});

test('Wills.forget() leaves no trace', async () => {
  const world = new PipelineWorld();
  world.wills.forget(world.wills.keep(PRINCIPAL, messageOf()));
  assert.deepEqual((await world.store.load()).wills, []);
});

test('Wills.publishRestored() publishes once, in order, asking for each client', async () => {
  const before = new PipelineWorld();
  for (const clientId of ['c', 'd']) {
    before.wills.keep({ ...PRINCIPAL, clientId }, messageOf(`of ${clientId}`));
  }
  const { wills: stored } = await before.store.load();

  const world = new PipelineWorld({}, before.store);
  world.authorizer.publish = () => true;
  const subscriber = world.client('subscriber', { filters: ['#'] });
  const wills = new Wills(world);
  wills.restore(stored);
  assert.deepEqual(subscriber.outlet.sent(), []);
  wills.publishRestored();
  wills.publishRestored();
  const asked = ['c publish will @ 1 retain', 'd publish will @ 1 retain'];
  assert.deepEqual(world.authorizer.asked, asked);
  assert.deepEqual(subscriber.outlet.sent(), ['will=of c @ 1 id 1', 'will=of d @ 1 id 2']);
  assert.deepEqual((await world.store.load()).wills, []);
  assert.equal(wills.keep(PRINCIPAL, messageOf()).number, 3);
});

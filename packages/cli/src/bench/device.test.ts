import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startBroker, until } from '../mqtt/broker.testing.js';
import { Device, type DeviceWorld } from './device.js';
import { noCounts, noLatencies } from './figures.js';
import { planOf } from './load-plan.testing.js';
import { Reception } from './reception.js';
import { stampedPayload } from './stamp.js';

function deviceAt(server: string) {
  const counts = noCounts();
  const troubles: string[] = [];
  const plan = planOf([{ name: 'a', count: 1, subscribe: [{ filter: 'x', qos: 1 }] }], { server });
  const world: DeviceWorld = {
    plan,
    run: plan.run,
    counts,
    latencies: noLatencies(),
    measured: { startUs: 0, fromUs: 0, toUs: Infinity },
    nowUs: () => 5000,
    publications: new Map(),
    onTrouble: ({ message }) => troubles.push(message),
  };
  const device = new Device(world, {
    group: plan.groups[0]!,
    clientId: 'device',
    filters: plan.groups[0]!.subscribe,
    publications: [],
    reception: new Reception(plan.run, counts, new Map([[0, { qos: 1, isWill: false }]])),
    localAddress: undefined,
    options: {},
  });
  return { device, counts, troubles, world };
}

test('Device measures what arrives', { timeout: 20_000 }, async (t) => {
  const { broker, url } = await startBroker(t);
  const { device, counts, world } = deviceAt(url);
  assert.ok(await device.open());
  const payload = stampedPayload({ run: 1, stream: 0, sequence: 0, dueUs: 2000 }, 50);
  await broker.publish({ topic: 'x', payload });
  await until(() => counts.received === 1);
  assert.equal(world.latencies.deliver.summary()?.count, 1);
  await device.close();
  assert.deepEqual([device.connected, counts.connectionsLost], [false, 0]);
});

test('Device tells that it cannot connect, and that it was thrown out', {
  timeout: 20_000,
}, async (t) => {
  const nobody = deviceAt('mqtt://127.0.0.1:1');
  assert.equal(await nobody.device.open(), false);
  assert.equal(nobody.counts.connectFailures, 1);
  assert.match(nobody.troubles.join(''), /ECONNREFUSED/);
  const { broker, url } = await startBroker(t);
  const thrown = deviceAt(url);
  await thrown.device.open();
  let lost = false;
  thrown.device.onLost = () => {
    lost = true;
  };
  await broker.close();
  await until(() => lost);
  assert.equal(thrown.counts.connectionsLost, 1);
});

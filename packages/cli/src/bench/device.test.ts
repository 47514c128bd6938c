import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from '@magpie/client';
import { startBroker, until } from '../mqtt/broker.testing.js';
import { deviceOptions } from './device-options.js';
import { Device, type DeviceWorld } from './device.js';
import { noCounts, noLatencies } from './figures.js';
import { planOf, publishing } from './load-plan.testing.js';
import { Publication } from './publication.js';
import { Reception } from './reception.js';
import { SendLog } from './send-log.js';
import { readStamp, stampedPayload } from './stamp.js';

const WILL = publishing('gone', { qos: 1, pace: { kind: 'will' } });

/** One with a persistent session and a will, that publishes nothing else. */
function comingAndGoing(server: string) {
  const { world, counts } = deviceAt(server, true);
  const log = new SendLog();
  const will = new Publication(world, WILL, { stream: 1, topic: 'gone', log });
  const device = new Device(world, {
    group: world.plan.groups[0]!,
    clientId: 'going',
    filters: [{ filter: 'x', qos: 1 }],
    publications: [will],
    reception: new Reception(1, counts, new Map([[0, { qos: 1, isWill: false }]])),
    localAddress: undefined,
    options: deviceOptions({ clean: false }, (text) => text),
  });
  return { device, counts, log };
}

function deviceAt(server: string, comesAndGoes = false) {
  const counts = noCounts();
  const troubles: string[] = [];
  const plan = planOf([{ name: 'a', count: 1, subscribe: [{ filter: 'x', qos: 1 }] }], {
    server,
    comesAndGoes,
  });
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

test('Device goes with its will or without, and finds what was kept for it', {
  timeout: 20_000,
}, async (t) => {
  const { broker, url } = await startBroker(t);
  const wills: string[] = [];
  const watch = await connect(url);
  t.after(() => watch.end());
  await watch.subscribe('gone', {}, ({ bytes }) => void wills.push(`${readStamp(bytes)?.sequence}`))
    .ready;
  const { device, counts, log } = comingAndGoing(url);
  await device.open();
  await device.depart('clean');
  assert.deepEqual([device.connected, device.away, counts.departures], [false, true, 1]);
  const payload = stampedPayload({ run: 1, stream: 0, sequence: 0, dueUs: 2000 }, 50);
  await broker.publish({ topic: 'x', payload, qos: 1 });
  for (const due of [1, 2]) {
    device.away = false;
    await device.open();
    await device.depart('abrupt');
    await until(() => wills.length === due);
  }
  assert.deepEqual(wills, ['0', '1'], 'no will for the clean one');
  assert.deepEqual([counts.wills, log.sent, counts.connectionsLost], [2, 2, 0]);
  assert.deepEqual([counts.reconnects, counts.caughtUp, counts.received], [2, 1, 1]);
  assert.equal(broker.gauges().sessions, 2);
  await device.forget();
  await until(() => broker.gauges().sessions === 1);
});

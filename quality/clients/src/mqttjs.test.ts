import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { startBroker, type TestBroker } from './broker.testing.js';
import { MqttJs, type Transport } from './mqttjs.testing.js';

const QOS = [0, 1, 2] as const;
const TRANSPORTS: readonly Transport[] = ['tcp', 'ws'];
const WAYS: readonly (readonly [Transport, Transport])[] = [
  ['tcp', 'tcp'],
  ['tcp', 'ws'],
  ['ws', 'tcp'],
  ['ws', 'ws'],
];
/** Without waiting for an acknowledgement: MQTT 3.1.1 knows no limit but 65,535 identifiers. */
const AT_ONCE = 3000;
const numbered = (count: number) => Array.from({ length: count }, (_, index) => String(index));

for (const [from, to] of WAYS) {
  for (const qos of QOS) {
    test(`MQTT.js: a burst at QoS ${qos} arrives in order, ${from} to ${to}`, async (t) => {
      const at = await startBroker(t);
      const subscriber = await MqttJs.connect(t, at, to);
      await subscriber.subscribe('burst/#', qos);
      const publisher = await MqttJs.connect(t, at, from);
      const texts = numbered(AT_ONCE);
      await publisher.publishAll('burst/a', texts, qos);
      const heard = await subscriber.hears(texts.length);
      assert.deepEqual(subscriber.texts, texts);
      assert.ok(heard.every(({ packet }) => packet.qos === qos && !packet.dup && !packet.retain));
    });
  }

  test(`MQTT.js: payloads of 1 MiB arrive whole at every QoS, ${from} to ${to}`, async (t) => {
    const at = await startBroker(t);
    const subscriber = await MqttJs.connect(t, at, to);
    await subscriber.subscribe('big', 2);
    const publisher = await MqttJs.connect(t, at, from);
    const payloads = QOS.map(() => randomBytes(1 << 20));
    for (const qos of QOS) {
      await publisher.client.publishAsync('big', payloads[qos] as Buffer, { qos });
    }
    const heard = await subscriber.hears(QOS.length);
    for (const qos of QOS) {
      const found = heard.filter(({ payload }) => payload.equals(payloads[qos] as Buffer));
      assert.deepEqual(
        found.map(({ packet }) => packet.qos),
        [qos],
      );
    }
  });
}

for (const transport of TRANSPORTS) {
  const will = { topic: 'will', payload: Buffer.from('gone'), qos: 1, retain: false } as const;

  test(`MQTT.js is taken over by a client of the same identifier over ${transport}`, async (t) => {
    const at = await startBroker(t);
    const watcher = await MqttJs.connect(t, at, transport);
    await watcher.subscribe('will', 1);
    const first = await MqttJs.connect(t, at, transport, { clientId: 'same', will });
    const closed = first.closed();
    const second = await MqttJs.connect(t, at, transport, { clientId: 'same' });
    await closed;
    await watcher.hears(1);
    assert.deepEqual(watcher.texts, ['gone']);
    await second.subscribe('t', 0);
    await second.client.publishAsync('t', 'still here');
    await second.hears(1);
  });

  test(`MQTT.js leaves its will when its ${transport} connection breaks`, async (t) => {
    const at = await startBroker(t);
    const watcher = await MqttJs.connect(t, at, transport);
    await watcher.subscribe('will', 1);
    const ending = await MqttJs.connect(t, at, transport, {
      will: { ...will, payload: Buffer.from('not so') },
    });
    await ending.client.endAsync();
    const breaking = await MqttJs.connect(t, at, transport, { will });
    breaking.client.stream.destroy();
    await watcher.hears(1);
    assert.deepEqual(watcher.texts, ['gone']);
  });

  test(`MQTT.js finds its session again over ${transport}`, async (t) => {
    const at = await startBroker(t);
    const device = { clientId: 'device', clean: false } as const;
    const first = await MqttJs.connect(t, at, transport, device);
    await first.subscribe('offline', 2);
    await first.client.endAsync();

    const publisher = await MqttJs.connect(t, at, transport);
    for (const qos of QOS) await publisher.client.publishAsync('offline', String(qos), { qos });
    const back = await MqttJs.connect(t, at, transport, device);
    await back.hears(2);
    await publisher.client.publishAsync('offline', 'live', { qos: 0 });
    await back.hears(3);
    assert.equal(back.connacks[0]?.sessionPresent, true);
    assert.deepEqual(back.texts, ['1', '2', 'live']);
  });

  for (const qos of [1, 2] as const) {
    const promise = qos === 1 ? 'at least once' : 'exactly once';
    test(`MQTT.js sends and hears ${promise} over ${transport} that is cut`, async (t) => {
      const at = await startBroker(t);
      const persistent = { clean: false, reconnectPeriod: 1 };
      const subscriber = await MqttJs.connect(t, at, transport, {
        ...persistent,
        clientId: 'hears',
      });
      await subscriber.subscribe('cut', qos);
      const publisher = await MqttJs.connect(t, at, transport, {
        ...persistent,
        clientId: 'sends',
      });
      const cuts = cutNowAndThen(at, ['hears', 'sends']);

      const texts = numbered(2000);
      await publisher.publishAll('cut', texts, qos);
      cuts.stop();
      await publisher.client.publishAsync('cut', 'end', { qos });
      await subscriber.hearsUntil('end', () => subscriber.texts.includes('end'));

      const heard = qos === 1 ? [...new Set(subscriber.texts)] : subscriber.texts;
      assert.deepEqual(heard, [...texts, 'end']);
      assert.ok(cuts.count >= 4, `cut ${cuts.count} times`);
      assert.ok(publisher.connacks.length > 1 && subscriber.connacks.length > 1);
      assert.ok(subscriber.connacks.slice(1).every(({ sessionPresent }) => sessionPresent));
    });
  }

  test(`MQTT.js hears a PINGRESP over ${transport}`, async (t) => {
    const at = await startBroker(t);
    const idle = await MqttJs.connect(t, at, transport, { keepalive: 1 });
    assert.equal((await idle.nextPacket()).cmd, 'pingresp');
  });
}

test('MQTT.js: a hundred clients hear all what is for all, and share the rest', async (t) => {
  const at = await startBroker(t);
  const clients = await Promise.all(
    numbered(100).map((_, index) => MqttJs.connect(t, at, index % 2 === 0 ? 'tcp' : 'ws')),
  );
  await Promise.all(clients.map((one) => one.subscribe('all', 1)));
  await Promise.all(clients.map((one) => one.subscribe('$share/group/shared', 1)));
  const [first] = clients as [MqttJs];
  await first.publishAll('shared', numbered(500), 1);
  await first.client.publishAsync('all', 'end', { qos: 1 });
  await Promise.all(clients.map((one) => one.hearsUntil('end', () => one.texts.includes('end'))));
  const shared = clients.flatMap(({ texts }) => texts).filter((text) => text !== 'end');
  assert.deepEqual(
    shared.sort((a, b) => Number(a) - Number(b)),
    numbered(500),
  );
  assert.equal(clients.flatMap(({ texts }) => texts).length, 600);
});

test('MQTT.js hears a retained message as such, and a later one not', async (t) => {
  const at = await startBroker(t);
  const publisher = await MqttJs.connect(t, at, 'tcp');
  await publisher.client.publishAsync('a/b', 'kept', { qos: 1, retain: true });
  const subscriber = await MqttJs.connect(t, at, 'ws');
  await subscriber.subscribe('a/#', 1);
  await subscriber.hears(1);
  await publisher.client.publishAsync('a/b', 'newer', { qos: 1, retain: true });
  const heard = await subscriber.hears(2);
  assert.deepEqual(
    heard.map(({ payload, packet }) => [payload.toString(), packet.retain]),
    [
      ['kept', true],
      ['newer', false],
    ],
  );
});

test('MQTT.js is told which subscription is refused', async (t) => {
  const authorizer = {
    mayPublish: () => true,
    maySubscribe: (_: unknown, filter: string) => filter !== 'no',
  };
  const at = await startBroker(t, { authorizer });
  const it = await MqttJs.connect(t, at, 'tcp');
  const answer = it.nextPacket();
  await assert.rejects(it.client.subscribeAsync({ yes: { qos: 2 }, no: { qos: 1 } }));
  const suback = await answer;
  assert.ok(suback.cmd === 'suback');
  assert.deepEqual(suback.granted, [2, 128]);
});

test('MQTT.js speaks MQTT 3.1 with us, and is told that MQTT 5 is not spoken', async (t) => {
  const at = await startBroker(t);
  const old = await MqttJs.connect(t, at, 'tcp', {
    protocolVersion: 3,
    protocolId: 'MQIsdp',
    clientId: 'old',
  });
  await old.subscribe('t', 2);
  await old.client.publishAsync('t', 'x', { qos: 2 });
  await old.hears(1);
  await assert.rejects(
    MqttJs.connect(t, at, 'tcp', { protocolVersion: 5 }),
    /Unacceptable protocol version/,
  );
});

/** Closes the connections of these clients at every 150th message, until stopped. */
function cutNowAndThen({ broker }: TestBroker, clientIds: readonly string[]) {
  let messages = 0;
  const cuts = { count: 0, stop: () => {} };
  cuts.stop = broker.on('published', () => {
    messages++;
    if (messages % 150 !== 0) return;
    const clientId = clientIds[(messages / 150) % clientIds.length] as string;
    if (broker.disconnect(clientId)) cuts.count++;
  });
  return cuts;
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Packet } from '@magpie/protocol';
import { hex } from './bytes.js';
import { FakeTransport } from './fake-transport.testing.js';
import { Unmet, WireClient } from './wire-client.js';

const PINGRESP = hex('d0 00');
const PUBACK_1 = hex('40 02 0001');
const PUBACK_2 = hex('40 02 0002');
const PUBLISH_AB = hex('30 06 0003 "a/b" 78');

function setUp(timeoutMs = 5000): { client: WireClient; broker: FakeTransport; sent: Packet[] } {
  const broker = new FakeTransport();
  const sent: Packet[] = [];
  const onSend = (packet: Packet): void => void sent.push(packet);
  return { client: new WireClient(broker, { timeoutMs, name: 'Client 1', onSend }), broker, sent };
}

test('expect() takes packets in the order they came', async () => {
  const { client, broker } = setUp();
  broker.deliver(Buffer.concat([PUBACK_1, PUBACK_2]));
  await client.expect('puback', { packetId: 1 });
  await client.expect('puback', { packetId: 2 });
});

test('expect() waits for a packet that comes later, in pieces', async () => {
  const { client, broker } = setUp();
  const waiting = client.expect('publish', { topic: 'a/b', payload: 'x', qos: 0 });
  for (const byte of PUBLISH_AB) broker.deliver(Buffer.of(byte));
  assert.deepEqual((await waiting).payload, new Uint8Array([0x78]));
});

const unmet = [
  { what: 'another type', bytes: PINGRESP, says: /wanted puback\(packetId 1\), got pingresp/ },
  { what: 'another field', bytes: PUBACK_2, says: /got puback\(packetId 2\)/ },
  { what: 'what breaks MQTT', bytes: hex('41 02 0001'), says: /what breaks MQTT.*41020001/ },
];
for (const { what, bytes, says } of unmet) {
  test(`expect() fails at once on ${what}`, async () => {
    const { client, broker } = setUp();
    broker.deliver(bytes);
    await assert.rejects(client.expect('puback', { packetId: 1 }), says);
  });
}

test('expect() fails on a close, and tells the story', async () => {
  const { client, broker } = setUp();
  client.sendBytes('c0 00');
  broker.deliver(PINGRESP);
  await client.expect('pingresp');
  broker.close();
  await assert.rejects(
    client.expect('puback'),
    /Client 1 wanted puback, got a close \[sent bytes c000; got pingresp; closed\]/,
  );
});

test('expect() gives up after its time', async () => {
  const { client } = setUp(5);
  await assert.rejects(client.expect('puback'), {
    name: 'Unmet',
    message: /waited 5 ms for puback/,
  });
});

test('expect() fails on a fault of the transport', async () => {
  const { client, broker } = setUp();
  const waiting = client.expect('puback');
  broker.fault('The broker sent a text frame');
  await assert.rejects(waiting, /text frame/);
});

test('pick() takes the first packet that fits and leaves the others', async () => {
  const { client, broker } = setUp();
  broker.deliver(Buffer.concat([PUBLISH_AB, PUBACK_1, PUBACK_2]));
  await client.pick('puback', { packetId: 2 });
  await client.expect('publish', { topic: 'a/b' });
  await client.expect('puback', { packetId: 1 });
});

test('next() gives what comes and then the close', async () => {
  const { client, broker } = setUp();
  broker.deliver(PINGRESP);
  broker.close();
  assert.deepEqual(await client.next(), { type: 'pingresp' });
  assert.equal(await client.next(), undefined);
});

test('expectBytes() compares every byte of one packet', async () => {
  const { client, broker } = setUp();
  broker.deliver(Buffer.concat([PUBLISH_AB, PUBACK_1]));
  await client.expectBytes('30 06 0003 "a/b" 78');
  await assert.rejects(client.expectBytes('40 02 0002'), /wanted the bytes 40020002, got 40020001/);
});

test('expectClosed() takes a close and no packet before it', async () => {
  const { client, broker } = setUp();
  const waiting = client.expectClosed();
  broker.close();
  assert.equal(await waiting, true);
  const other = setUp();
  other.broker.deliver(PINGRESP);
  other.broker.close();
  await assert.rejects(other.client.expectClosed(), /wanted a close, got pingresp/);
});

test('expectNothing() sends PINGREQ and fails on what comes before the answer', async () => {
  const { client, broker, sent } = setUp();
  const silent = client.expectNothing();
  assert.deepEqual(sent, [{ type: 'pingreq' }]);
  assert.deepEqual(broker.written, [new Uint8Array([0xc0, 0])]);
  broker.deliver(PINGRESP);
  await silent;
  const loud = client.expectNothing();
  broker.deliver(Buffer.concat([PUBLISH_AB, PINGRESP]));
  await assert.rejects(loud, Unmet);
});

test('collectUntil() gives what came before the marker and unsubscribes', async () => {
  const { client, broker, sent } = setUp();
  const collected = client.collectUntil('m', () => {
    broker.deliver(Buffer.concat([PUBLISH_AB, hex('30 03 0001 "m"'), PUBACK_1]));
    broker.deliver(hex('b0 02 fde8'));
  });
  broker.deliver(hex('90 03 fde8 00'));
  assert.deepEqual(
    (await collected).map(({ type }) => type),
    ['publish'],
  );
  assert.deepEqual(
    sent.map(({ type }) => type),
    ['subscribe', 'unsubscribe'],
  );
  await client.expect('puback', { packetId: 1 });
});

test('ignore() drops what it says before it is queued', async () => {
  const { client, broker } = setUp();
  client.ignore(({ type }) => type === 'publish');
  broker.deliver(Buffer.concat([PUBLISH_AB, PUBACK_1]));
  await client.expect('puback', { packetId: 1 });
});

test('sendInPieces() cuts the bytes', async () => {
  const { client, broker } = setUp();
  await client.sendInPieces(hex('01 02 03 04 05'), 2);
  assert.deepEqual(
    broker.written.map((piece) => [...piece]),
    [[1, 2], [3, 4], [5]],
  );
});

test('sendTogether() makes one write', () => {
  const { client, broker } = setUp();
  client.sendTogether({ type: 'pingreq' }, { type: 'puback', packetId: 258 });
  assert.deepEqual(broker.written, [new Uint8Array(hex('c000 4002 0102'))]);
});

test('disconnect() sends DISCONNECT and waits for the end', async () => {
  const { client, broker } = setUp();
  const done = client.disconnect();
  assert.deepEqual(broker.written, [new Uint8Array(hex('e0 00'))]);
  assert.equal(broker.ended, 'end');
  assert.equal(client.closed, false);
  broker.close();
  await done;
  assert.equal(client.closed, true);
});

test('destroy() cuts the stream', () => {
  const { client, broker } = setUp();
  client.destroy();
  assert.equal(broker.ended, 'destroy');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hex } from './bytes.js';
import { FakeTransport } from './fake-transport.testing.js';
import { Peer } from './peer.js';

function setUp(): { peer: Peer; broker: FakeTransport } {
  const broker = new FakeTransport();
  return { peer: new Peer(broker, { timeoutMs: 5000, name: 'Peer' }), broker };
}

function written(broker: FakeTransport): string {
  return Buffer.concat(broker.written).toString('hex');
}

test('Peer.subscribe() counts its packet ids and returns the codes', async () => {
  const { peer, broker } = setUp();
  const first = peer.subscribe('a', 1);
  broker.deliver(hex('30 04 0001 "a" 78  90 03 0001 01'));
  assert.deepEqual(await first, [1]);
  const second = peer.subscribe([
    ['b', 0],
    ['c', 2],
  ]);
  broker.deliver(hex('90 04 0002 00 80'));
  assert.deepEqual(await second, [0, 0x80]);
  await peer.expect('publish', { topic: 'a' });
});

test('Peer.unsubscribe() waits for its UNSUBACK', async () => {
  const { peer, broker } = setUp();
  const done = peer.unsubscribe('a', 'b');
  broker.deliver(hex('b0 02 0001'));
  await done;
  assert.equal(written(broker), Buffer.from(hex('a2 08 0001 0001 "a" 0001 "b"')).toString('hex'));
});

test('Peer.publish() of QoS 0 waits for nothing and uses no id', async () => {
  const { peer, broker } = setUp();
  await peer.publish({ topic: 't', payload: 'x' });
  assert.equal(written(broker), '3004000174' + '78');
  assert.equal(peer.nextPacketId(), 1);
});

test('Peer.publish() of QoS 2 goes through the whole flow', async () => {
  const { peer, broker } = setUp();
  const done = peer.publish({ topic: 't', qos: 2, packetId: 9, dup: true });
  broker.deliver(hex('50 02 0009 70 02 0009'));
  await done;
  assert.equal(
    written(broker),
    Buffer.from(hex('3c 05 0001 "t" 0009  62 02 0009')).toString('hex'),
  );
});

test('Peer.receive() acknowledges as the QoS demands', async () => {
  const { peer, broker } = setUp();
  broker.deliver(hex('30 03 0001 "t"  32 05 0001 "t" 0003  34 05 0001 "t" 0004  62 02 0004'));
  await peer.receive({ qos: 0 });
  await peer.receive({ qos: 1, packetId: 3 });
  await peer.receive({ qos: 2, packetId: 4 });
  assert.equal(written(broker), '40020003' + '50020004' + '70020004');
});

test('Peer.connect() returns the CONNACK, also a refusal', async () => {
  const { peer, broker } = setUp();
  const connack = peer.connect({
    type: 'connect',
    protocolVersion: 4,
    cleanSession: true,
    keepAliveS: 0,
    clientId: 'c',
    will: undefined,
    username: undefined,
    password: undefined,
  });
  broker.deliver(hex('20 02 00 05'));
  assert.equal((await connack).returnCode, 5);
});

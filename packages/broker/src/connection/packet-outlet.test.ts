import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ByteReader,
  decode,
  encode,
  Framer,
  type Packet,
  PINGRESP,
  type ProtocolVersion,
  Publish,
  type PublishFields,
  type QoS,
} from '@magpie/protocol';
import { ManualClock } from '../model/manual-clock.testing.js';
import { Message } from '../model/message.js';
import { MessageMemory } from '../model/message-memory.js';
import { Counters } from '../observe/counters.js';
import { Turn } from '../pipeline/turn.js';
import type { AcknowledgementType } from '../sessions/outlet.js';
import { GateWorld } from '../stores/gate-world.testing.js';
import { HandStore } from '../stores/hand-store.testing.js';
import { FakeTransport } from './fake-transport.testing.js';
import { IoArena } from './io-arena.js';
import { PacketOutlet } from './packet-outlet.js';
import { SocketWriter } from './socket-writer.js';

const QUALITIES: readonly QoS[] = [0, 1, 2];
const FLAGS = [false, true];
const KIB = 1024;

class World {
  readonly clock = new ManualClock();
  readonly turn = new Turn(this.clock);
  readonly arena = new IoArena({ slabs: 16 });
  readonly counters = new Counters();
  readonly store = new HandStore();
  readonly gate = new GateWorld({
    store: this.store,
    clock: this.clock,
    onDirty: () => this.turn.schedule(),
  }).gate;
  readonly transport = new FakeTransport();
  readonly outlet: PacketOutlet;
  readonly #writer: SocketWriter;
  /** What the outlet told its connection. */
  readonly told: string[] = [];

  constructor({ outputBytesMax = KIB * KIB } = {}) {
    this.turn.commitThrough(this.gate);
    const { transport, arena, turn, counters, gate } = this;
    const owner = {
      hasRoom: () => void this.told.push('room'),
      closeSoon: (reason: string) => void this.told.push(`close: ${reason}`),
    };
    const shared = { counters, outputBytesMax, owner };
    this.#writer = new SocketWriter({ transport, arena, turn, ...shared });
    this.outlet = new PacketOutlet({ writer: this.#writer, gate, ...shared });
    transport.start({
      receive: () => {},
      failed: () => {},
      drained: () => this.#writer.drained(),
      closed: () => this.#writer.closed(),
    });
  }

  /** Ends the turn. @returns What the peer got since the last time. */
  sent(): Buffer {
    this.clock.endTurn();
    const { received } = this.transport;
    this.transport.writes.length = 0;
    return received;
  }

  /** The same as packets. */
  packets(version: ProtocolVersion = 4): Packet[] {
    const bytes = this.sent();
    const framer = new Framer(KIB * KIB);
    const packets: Packet[] = [];
    framer.feed(bytes, 0, bytes.length);
    while (framer.next()) packets.push(decode(framer, version, new ByteReader()));
    assert.equal(framer.bufferedBytes, 0);
    return packets;
  }

  /** Writes something to the store. @returns The commit that an acknowledgement of it waits for. */
  write(): number {
    this.gate.writing.openSession('s');
    return this.gate.ticketOfAll();
  }
}

/** A message in a buffer that is overwritten after its turn, as one that was read. */
interface Arrived {
  readonly message: Message;
  readonly overwrite: () => void;
}

interface ArrivedFields extends PublishFields {
  /** Bytes of Remaining Length, where they are not as few as possible. */
  readonly lengthBytes?: number;
  readonly version?: ProtocolVersion;
}

/** Where it lies in its buffer. */
const OFFSET = 5;

function arrived({ lengthBytes, version = 4, ...fields }: ArrivedFields): Arrived {
  const packet = lengthened(encode(Publish.of(fields), version), lengthBytes);
  const buffer = Buffer.alloc(packet.length + 2 * OFFSET, '#');
  buffer.set(packet, OFFSET);
  const framer = new Framer(KIB * KIB);
  framer.feed(buffer, OFFSET, OFFSET + packet.length);
  assert.ok(framer.next());
  const publish = decode(framer, version, new ByteReader());
  assert.ok(publish instanceof Publish);
  const sendable = lengthBytes === undefined ? framer.packetStart : -1;
  const message = Message.received(publish, 'publisher', sendable, new MessageMemory());
  return { message, overwrite: () => void buffer.fill('#') };
}

/** The packet with its Remaining Length in this many bytes (2.2.3 does not forbid it). */
function lengthened(packet: Uint8Array, lengthBytes: number | undefined): Uint8Array {
  if (lengthBytes === undefined) return packet;
  let end = 1;
  while (packet[end]! >= 0x80) end++;
  const length = [...packet.subarray(1, end + 1)].map((byte) => byte | 0x80);
  while (length.length < lengthBytes) length.push(0x80);
  length[length.length - 1]! &= 0x7f;
  return Buffer.concat([packet.subarray(0, 1), Uint8Array.from(length), packet.subarray(end + 1)]);
}

/** Bytes of no regular pattern. */
function payloadOf(length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_, index) => (index * 131) >>> 3));
}

/** All ways in which a message can go out, with the codec as the judge. */
function* waysOut(topic: string, payload: Uint8Array): Generator<Publish> {
  for (const qos of QUALITIES) {
    for (const retain of FLAGS) {
      for (const dup of qos === 0 ? [false] : FLAGS) {
        for (const packetId of qos === 0 ? [0] : [1, 0x0100, 0xffff]) {
          yield Publish.of({ topic, payload, qos, retain, dup, packetId });
        }
      }
    }
  }
}

/** Both ends of each size of Remaining Length, of what is copied, and of a slab. */
const PAYLOAD_BYTES = [
  0, 1, 118, 119, 120, 121, 8182, 8183, 8184, 8191, 8192, 8193, 16_374, 40_000,
];

const sources: { name: string; fields: Omit<ArrivedFields, 'topic' | 'payload'> }[] = [
  { name: 'QoS 0', fields: { qos: 0 } },
  { name: 'QoS 0, retain', fields: { qos: 0, retain: true } },
  { name: 'QoS 1', fields: { qos: 1, packetId: 0x1234 } },
  { name: 'QoS 1, DUP', fields: { qos: 1, packetId: 0x1234, dup: true } },
  { name: 'QoS 2, DUP, retain', fields: { qos: 2, packetId: 0xffff, dup: true, retain: true } },
  { name: 'QoS 1, Remaining Length in 4 bytes', fields: { qos: 1, packetId: 1, lengthBytes: 4 } },
  { name: 'QoS 0, MQTT 3.1', fields: { qos: 0, version: 3 } },
  { name: 'QoS 2, MQTT 3.1', fields: { qos: 2, packetId: 7, version: 3 } },
];
for (const { name, fields } of sources) {
  test(`PacketOutlet.publish() sends what came as ${name} as the codec would`, () => {
    const topic = 'tøpic/1';
    for (const length of PAYLOAD_BYTES) {
      const payload = payloadOf(length);
      for (const expected of waysOut(topic, payload)) {
        const world = new World();
        const { message, overwrite } = arrived({ topic, payload, ...fields });
        const { qos, retain, dup, packetId } = expected;
        world.outlet.publish(message, qos, packetId, dup, retain, 0);
        overwrite();
        const bytes = Buffer.from(encode(expected, 4));
        const what = `${length} bytes as QoS ${qos}, retain ${retain}, dup ${dup}, id ${packetId}`;
        assert.ok(world.sent().equals(bytes), what);
      }
    }
  });
}

test('PacketOutlet.publish() sends what was published from inside as the codec would', () => {
  const topic = 'a/b';
  for (const length of PAYLOAD_BYTES) {
    const payload = payloadOf(length);
    for (const expected of waysOut(topic, payload)) {
      const world = new World();
      const message = Message.of({ topic, payload, qos: 2, retain: false });
      const { qos, retain, dup, packetId } = expected;
      world.outlet.publish(message, qos, packetId, dup, retain, 0);
      assert.ok(world.sent().equals(Buffer.from(encode(expected, 4))), `${length} bytes`);
    }
  }
});

for (const length of [10, 5000, 20_000]) {
  test(`PacketOutlet.publish() gives one message of ${length} bytes to many, each its own`, () => {
    const world = new World();
    const payload = payloadOf(length);
    const { message, overwrite } = arrived({ topic: 't', payload, qos: 1, packetId: 9 });
    const expected: Publish[] = [];
    for (const out of waysOut('t', payload)) {
      world.outlet.publish(message, out.qos, out.packetId, out.dup, out.retain, 0);
      expected.push(out);
    }
    overwrite();
    const bytes = Buffer.concat(expected.map((packet) => encode(packet, 4)));
    assert.ok(world.sent().equals(bytes));
    assert.equal(world.counters.messagesSent, expected.length);
    assert.equal(world.counters.packetsSent, expected.length);
  });
}

test('PacketOutlet.publish() does not copy a large payload', () => {
  const world = new World();
  world.transport.takes = false;
  const payload = payloadOf(100_000);
  const message = Message.of({ topic: 't', payload, qos: 0, retain: false });
  const slabs = world.arena.slabsFree;
  for (let count = 0; count < 5; count++) world.outlet.publish(message, 0, 0, false, false, 0);
  assert.equal(world.arena.slabsFree, slabs - 1);
  world.clock.endTurn();
  world.transport.drain();
  assert.equal(world.transport.received.length, 5 * (1 + 3 + 3 + 100_000));
});

const acknowledgements: readonly AcknowledgementType[] = [
  'puback',
  'pubrec',
  'pubrel',
  'pubcomp',
  'unsuback',
];
for (const version of [3, 4] as const) {
  test(`PacketOutlet sends every answer as the codec would, version ${version}`, () => {
    const world = new World();
    world.outlet.version = version;
    const expected: Packet[] = [{ type: 'connack', sessionPresent: true, returnCode: 0 }, PINGRESP];
    for (const packet of expected) world.outlet.send(packet);
    for (const type of acknowledgements) {
      for (const packetId of [1, 0x0100, 0xfffe, 0xffff]) {
        world.outlet.acknowledge(type, packetId, 0);
        expected.push({ type, packetId });
      }
    }
    const suback = { type: 'suback', packetId: 3, returnCodes: [0, 1, 2, 0x80] } as const;
    world.outlet.subscribed(suback, 0);
    expected.push(suback);
    const bytes = Buffer.concat(expected.map((packet) => encode(packet, version)));
    assert.ok(world.sent().equals(bytes));
  });
}

function types(packets: readonly Packet[]): string[] {
  return packets.map((packet) => {
    return 'packetId' in packet ? `${packet.type} ${packet.packetId}` : packet.type;
  });
}

test('PacketOutlet.acknowledge() waits for the commit of its ticket', async () => {
  const world = new World();
  world.outlet.acknowledge('puback', 1, world.write());
  assert.equal(world.outlet.held, 1);
  assert.deepEqual(types(world.packets()), []);
  assert.equal(world.store.commits, 1);
  await world.store.succeed();
  assert.equal(world.outlet.held, 0);
  assert.deepEqual(types(world.packets()), ['puback 1']);
});

test('PacketOutlet.acknowledge() keeps the order of its calls behind one that waits', async () => {
  const world = new World();
  const { outlet } = world;
  outlet.acknowledge('puback', 1, 0);
  outlet.acknowledge('pubrec', 2, world.write());
  outlet.acknowledge('puback', 3, 0);
  outlet.subscribed({ type: 'suback', packetId: 4, returnCodes: [1] }, 0);
  outlet.acknowledge('unsuback', 5, 0);
  outlet.send(PINGRESP); // answers nothing that is stored
  assert.deepEqual(types(world.packets()), ['puback 1', 'pingresp']);
  await world.store.succeed();
  assert.deepEqual(types(world.packets()), ['pubrec 2', 'puback 3', 'suback 4', 'unsuback 5']);
  outlet.acknowledge('puback', 6, 0);
  assert.deepEqual(types(world.packets()), ['puback 6']);
});

test('PacketOutlet releases what each commit holds, and no more', async () => {
  const world = new World();
  const { outlet } = world;
  outlet.acknowledge('puback', 1, world.write());
  outlet.acknowledge('puback', 2, 0);
  world.clock.endTurn();
  outlet.acknowledge('puback', 3, world.write()); // collects for the next commit
  outlet.subscribed({ type: 'suback', packetId: 4, returnCodes: [0] }, world.write());
  world.clock.endTurn();
  assert.equal(world.store.underWay, 1);
  await world.store.succeed();
  assert.deepEqual(types(world.packets()), ['puback 1', 'puback 2']);
  assert.equal(outlet.held, 2);
  await world.store.succeed();
  assert.deepEqual(types(world.packets()), ['puback 3', 'suback 4']);
  assert.equal(outlet.held, 0);
});

test('PacketOutlet keeps the order of acknowledgements of several kinds and commits', async () => {
  const world = new World();
  const { outlet } = world;
  const first = world.write();
  for (const packetId of [1, 2]) outlet.acknowledge('puback', packetId, first);
  outlet.acknowledge('pubrec', 3, first);
  for (const packetId of [4, 5]) outlet.acknowledge('puback', packetId, first);
  world.clock.endTurn();
  const second = world.write();
  for (const packetId of [6, 7]) outlet.acknowledge('puback', packetId, second);
  assert.equal(outlet.held, 7);
  await world.store.succeed();
  assert.deepEqual(types(world.packets()), [
    'puback 1',
    'puback 2',
    'pubrec 3',
    'puback 4',
    'puback 5',
  ]);
  assert.equal(outlet.held, 2);
  await world.store.succeed();
  assert.deepEqual(types(world.packets()), ['puback 6', 'puback 7']);
  assert.equal(outlet.held, 0);
});

test('PacketOutlet keeps what waits while the store has failed', async () => {
  const world = new World();
  world.outlet.acknowledge('puback', 1, world.write());
  world.clock.endTurn();
  await world.store.fail(new Error('disk full'));
  world.outlet.acknowledge('puback', 2, world.gate.ticketOfAll());
  world.outlet.acknowledge('puback', 3, 0);
  assert.deepEqual(types(world.packets()), []);
  assert.equal(world.outlet.held, 3);
});

test('PacketOutlet.publish() keeps a message until the commit of its ticket', async () => {
  for (const length of [0, 10, 10_000]) {
    const world = new World();
    const payload = payloadOf(length);
    const fields = { topic: 't', payload, qos: 2, packetId: 3 } as const;
    const { message, overwrite } = arrived(fields);
    world.outlet.publish(message, 2, 7, true, true, world.write());
    overwrite();
    assert.equal(world.sent().length, 0);
    assert.equal(world.counters.packetsSent, 0);
    await world.store.succeed();
    const expected = Publish.of({ ...fields, packetId: 7, dup: true, retain: true });
    assert.ok(world.sent().equals(Buffer.from(encode(expected, 4))), `${length} bytes`);
    assert.equal(world.counters.messagesSent, 1);
    assert.equal(world.counters.packetsSent, 1);
  }
});

test('PacketOutlet.publish() that need not wait goes at once', async () => {
  const world = new World();
  const message = Message.of({ topic: 't', payload: payloadOf(1), qos: 2, retain: false });
  world.outlet.publish(message, 2, 1, false, false, world.write());
  world.outlet.publish(message, 1, 2, false, false, 0);
  world.outlet.publish(message, 0, 0, false, false, 0);
  assert.deepEqual(types(world.packets()), ['publish 2', 'publish 0']);
  await world.store.succeed();
  assert.deepEqual(types(world.packets()), ['publish 1']);
});

test('PacketOutlet.publish() lets no QoS 2 message overtake one that waits', async () => {
  const world = new World();
  const message = Message.of({ topic: 't', payload: payloadOf(1), qos: 2, retain: false });
  world.outlet.publish(message, 2, 1, false, false, world.write());
  world.outlet.publish(message, 2, 2, false, false, 0);
  world.outlet.publish(message, 1, 3, false, false, 0);
  assert.deepEqual(types(world.packets()), ['publish 3']);
  await world.store.succeed();
  assert.deepEqual(types(world.packets()), ['publish 1', 'publish 2']);
});

test('PacketOutlet.publish() lets nothing overtake a retained message that waits', async () => {
  const world = new World();
  const message = Message.of({ topic: 't', payload: payloadOf(1), qos: 2, retain: true });
  const first = world.write();
  world.clock.endTurn();
  world.outlet.publish(message, 2, 1, false, true, first);
  world.outlet.publish(message, 2, 2, false, false, world.write());
  world.outlet.publish(message, 1, 3, false, false, 0);
  assert.deepEqual(types(world.packets()), []);
  await world.store.succeed();
  world.outlet.publish(message, 1, 4, false, false, 0);
  assert.deepEqual(types(world.packets()), ['publish 1']);
  await world.store.succeed();
  world.outlet.publish(message, 1, 5, false, false, 0);
  const behind = ['publish 2', 'publish 3', 'publish 4', 'publish 5'];
  assert.deepEqual(types(world.packets()), behind);
});

test('PacketOutlet.publish() lets nothing overtake what is sent again and waits', async () => {
  const world = new World();
  const message = Message.of({ topic: 't', payload: payloadOf(1), qos: 2, retain: false });
  world.outlet.publish(message, 1, 1, true, false, 0);
  world.outlet.publish(message, 2, 2, true, false, world.write());
  world.outlet.publish(message, 1, 3, true, false, 0); // MQTT-4.6.0-1: after 2, as the first time
  world.outlet.publish(message, 1, 4, false, false, 0); // nor may the queue come before the window
  assert.deepEqual(types(world.packets()), ['publish 1']);
  await world.store.succeed();
  assert.deepEqual(types(world.packets()), ['publish 2', 'publish 3', 'publish 4']);
});

test('PacketOutlet.release() forgets what waits', async () => {
  const world = new World();
  world.outlet.acknowledge('puback', 1, world.write());
  world.clock.endTurn();
  world.outlet.release();
  assert.equal(world.outlet.held, 0);
  await world.store.succeed();
  assert.deepEqual(types(world.packets()), []);
});

test('PacketOutlet.full and congested follow what is pending', () => {
  const world = new World({ outputBytesMax: 2 * KIB });
  const { outlet, transport } = world;
  transport.takes = false;
  const message = Message.of({ topic: 't', payload: payloadOf(KIB), qos: 0, retain: false });
  outlet.publish(message, 0, 0, false, false, 0);
  assert.deepEqual([outlet.congested, outlet.full], [false, false]);
  outlet.publish(message, 0, 0, false, false, 0);
  assert.deepEqual([outlet.congested, outlet.full], [true, true]);
  world.clock.endTurn();
  assert.deepEqual([outlet.congested, outlet.full], [true, true]);
  transport.drain(true);
  assert.deepEqual([outlet.congested, outlet.full], [false, false]);
});

test('PacketOutlet.full counts acknowledgements that wait for their commit', async () => {
  const world = new World({ outputBytesMax: 16 * KIB });
  const { outlet } = world;
  const ticket = world.write();
  let count = 0;
  while (!outlet.full) outlet.acknowledge('puback', ++count, ticket);
  assert.ok(count < (16 * KIB) / 4, `full only with ${count}`);
  assert.deepEqual(world.told, []);
  world.clock.endTurn();
  await world.store.succeed();
  assert.equal(outlet.full, false);
  assert.deepEqual(world.told, ['room']);
  assert.equal(world.packets().length, count);
});

test('PacketOutlet.congested counts messages that wait for their commit', async () => {
  const world = new World({ outputBytesMax: 64 * KIB });
  const { outlet } = world;
  const message = Message.of({ topic: 't', payload: payloadOf(KIB), qos: 2, retain: false });
  const ticket = world.write();
  let count = 0;
  while (!outlet.congested && count < 100) {
    outlet.publish(message, 2, ++count, true, false, ticket);
  }
  assert.ok(count <= 64, `congested only with ${count}`);
  world.clock.endTurn();
  await world.store.succeed();
  assert.deepEqual([outlet.congested, world.told], [false, ['room']]);
});

test('PacketOutlet.full counts messages that wait for their commit, until released', async () => {
  for (const end of ['committed', 'release'] as const) {
    const world = new World({ outputBytesMax: 64 * KIB });
    const { outlet } = world;
    const message = Message.of({ topic: 't', payload: payloadOf(KIB), qos: 2, retain: false });
    const ticket = world.write();
    let count = 0;
    while (!outlet.full) outlet.publish(message, 2, ++count, false, false, ticket);
    assert.ok(count <= 64);
    world.sent();
    if (end === 'committed') await world.store.succeed();
    else outlet.release();
    world.sent();
    assert.equal(outlet.full, false);
    outlet.acknowledge('puback', 1, world.write());
    assert.equal(outlet.full, false);
  }
});

test('PacketOutlet tells of room when a commit has released something', async () => {
  const world = new World();
  const first = world.write();
  world.clock.endTurn();
  const second = world.write();
  world.outlet.acknowledge('puback', 1, second);
  await world.store.succeed();
  assert.deepEqual([world.gate.isSafe(first), world.told], [true, []]);
  await world.store.succeed();
  assert.deepEqual(world.told, ['room']);
});

test('PacketOutlet keeps what is safe behind what is not, of its own connection', async () => {
  const world = new World();
  world.outlet.acknowledge('puback', 1, world.write());
  world.clock.endTurn();
  const outer = world.gate.begin();
  world.gate.enlist({ clientId: 's', sequence: 0, qos: 1, retained: false }, false);
  world.gate.seal(Message.of({ topic: 't', payload: payloadOf(1), qos: 1, retain: false }), outer);
  const second = world.gate.ticketOfLast;
  world.outlet.acknowledge('puback', 2, second);
  world.store.hasNewMessages = false; // all have acknowledged it
  world.gate.done('s', 0);
  assert.deepEqual(world.packets(), []);
  assert.equal(world.gate.isSafe(second), true);
  await world.store.succeed();
  const sent = world.packets().map((packet) => 'packetId' in packet && packet.packetId);
  assert.deepEqual(sent, [1, 2]);
});

test('PacketOutlet.closeSoon() asks its connection', () => {
  const world = new World();
  world.outlet.closeSoon('queue-full');
  assert.deepEqual(world.told, ['close: queue-full']);
});

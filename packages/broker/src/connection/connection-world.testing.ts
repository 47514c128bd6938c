/** Connections on transports whose peers are the test, on a clock and a store moved by hand. */
import assert from 'node:assert/strict';
import {
  ByteReader,
  type Connect,
  decode,
  encode,
  Framer,
  PACKET_BYTES_MAX,
  type Packet,
  type ProtocolVersion,
  Publish,
  type PublishFields,
  type QoS,
  TopicTable,
} from '@magpie/protocol';
import { PublishRates } from '../admission/publish-rates.js';
import type { Limits } from '../model/limits.js';
import { MessageMemory } from '../model/message-memory.js';
import { PipelineWorld } from '../pipeline/pipeline-world.testing.js';
import { Turn } from '../pipeline/turn.js';
import type { HandStore } from '../stores/hand-store.testing.js';
import { PacketWatches } from '../observe/packets/packet-watches.js';
import { ConnectionSet } from './connection-set.js';
import type { ConnectionSurroundings } from './connection-surroundings.js';
import { FakeTransport } from './fake-transport.testing.js';
import { IoArena } from './io-arena.js';

const SLABS = 64;

export class ConnectionWorld extends PipelineWorld implements ConnectionSurroundings {
  readonly turn = new Turn(this.clock);
  readonly arena = new IoArena({ slabs: SLABS });
  readonly reader = new ByteReader(new TopicTable({ entriesMax: 100, bytesMax: 10_000 }));
  readonly memory = new MessageMemory();
  readonly rates: PublishRates;
  readonly packetWatches: PacketWatches;
  readonly connections: ConnectionSet;
  /** `clientId: reason` of every client whose connection ended. */
  readonly ended: string[] = [];

  constructor(limits: Partial<Limits> = {}, store?: HandStore) {
    super(limits, store);
    this.turn.commitThrough(this.gate);
    this.rates = new PublishRates(this.limits);
    const { log, clock, wheel } = this;
    this.packetWatches = new PacketWatches({
      log,
      clock,
      wheel,
      changed: () => this.connections.watchPackets(),
    });
    this.connections = new ConnectionSet(this);
    this.events.disconnected.on(({ client, reason }) => {
      this.ended.push(`${client.clientId}: ${reason}`);
    });
  }

  endTurn(): void {
    this.turn.schedule();
    this.clock.endTurn();
  }

  /** A connection that has sent nothing. */
  open(remoteAddress = '192.0.2.7'): Peer {
    const transport = new FakeTransport({ remoteAddress, arena: this.arena });
    this.connections.accept(transport);
    return new Peer(this, transport);
  }

  /** One whose CONNECT was accepted: a clean session unless told otherwise. */
  connect(clientId: string, fields: Partial<Connect> = {}): Peer {
    const peer = this.open();
    peer.version = fields.protocolVersion ?? 4;
    peer.send(connectOf({ clientId, ...fields }));
    assert.match(peer.got().join(), /^connack 0( present)?$/);
    return peer;
  }

  /** The same, subscribed to these filters at QoS 2. */
  subscriber(clientId: string, ...filters: readonly string[]): Peer {
    const peer = this.connect(clientId);
    peer.send(subscribeTo(...filters));
    assert.deepEqual(peer.got(), [`suback 1: ${filters.map(() => 2).join()}`]);
    return peer;
  }

  /** That nothing of any connection is left: no memory, no timer, nobody waiting. */
  assertEmpty(): void {
    this.endTurn();
    assert.equal(this.connections.size, 0);
    assert.equal(this.arena.slabsFree, SLABS);
    assert.equal(this.wheel.size, 0);
  }
}

/** The far end of a connection. */
export class Peer {
  readonly transport: FakeTransport;
  version: ProtocolVersion = 4;
  readonly #world: ConnectionWorld;
  readonly #framer = new Framer(PACKET_BYTES_MAX);
  readonly #reader = new ByteReader();

  constructor(world: ConnectionWorld, transport: FakeTransport) {
    this.#world = world;
    this.transport = transport;
  }

  /** Sends packets as one chunk. */
  send(...packets: readonly Packet[]): void {
    this.transport.send(bytesOf(packets, this.version));
  }

  publish(topic: string, payload = 'm', fields: Partial<PublishFields> = {}): void {
    this.send(publishOf(topic, payload, fields));
  }

  /** Ends the turn. @returns The packets that came since the last time. */
  got(): string[] {
    this.#world.endTurn();
    const bytes = this.transport.received;
    this.transport.writes.length = 0;
    this.#framer.feed(bytes, 0, bytes.length);
    const packets: string[] = [];
    while (this.#framer.next()) {
      packets.push(shown(decode(this.#framer, this.version, this.#reader)));
    }
    return packets;
  }

  /** The system closes a connection that was ended, once all is out. */
  close(): void {
    this.transport.close();
  }
}

export function bytesOf(packets: readonly Packet[], version: ProtocolVersion = 4): Buffer {
  return Buffer.concat(packets.map((packet) => encode(packet, version)));
}

export function connectOf(fields: Partial<Connect> = {}): Connect {
  return {
    type: 'connect',
    protocolVersion: 4,
    cleanSession: true,
    keepAliveS: 0,
    clientId: 'c',
    will: undefined,
    username: undefined,
    password: undefined,
    ...fields,
  };
}

export function publishOf(
  topic: string,
  payload = 'm',
  fields: Partial<PublishFields> = {},
): Publish {
  return Publish.of({ topic, payload: Buffer.from(payload), ...fields });
}

export function subscribeTo(...filters: readonly string[]): Packet {
  const subscriptions = filters.map((filter) => ({ filter, qos: 2 as QoS }));
  return { type: 'subscribe', packetId: 1, subscriptions };
}

/** A will on the topic `will`. */
export function willOf(payload: string): NonNullable<Connect['will']> {
  return { topic: 'will', payload: Buffer.from(payload), qos: 0, retain: false };
}

function shown(packet: Packet): string {
  switch (packet.type) {
    case 'connack':
      return `connack ${packet.returnCode}${packet.sessionPresent ? ' present' : ''}`;
    case 'suback':
      return `suback ${packet.packetId}: ${packet.returnCodes.join()}`;
    case 'publish': {
      const { topic, payload, qos, packetId, dup, retain } = packet;
      const id = qos === 0 ? '' : ` id ${packetId}`;
      const flags = `${dup ? ' dup' : ''}${retain ? ' retain' : ''}`;
      return `${topic}=${Buffer.from(payload).toString()} @ ${qos}${id}${flags}`;
    }
    default:
      return 'packetId' in packet ? `${packet.type} ${packet.packetId}` : packet.type;
  }
}

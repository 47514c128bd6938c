import { isDeepStrictEqual } from 'node:util';
import { ByteReader, decode, Framer, Publish } from '@magpie/protocol';
import type { Packet, QoS } from '@magpie/protocol';

/** A PUBLISH as it came in; owns its payload. */
export interface ReceivedPublish {
  readonly type: 'publish';
  readonly topic: string;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly dup: boolean;
  /** 0 with QoS 0. */
  readonly packetId: number;
  readonly payload: Uint8Array;
}

/** A packet from the broker. */
export type Received = ReceivedPublish | Exclude<Packet, Publish>;
export type ReceivedType = Received['type'];
export type ReceivedOf<T extends ReceivedType> = Extract<Received, { type: T }>;

/** What a packet must look like: the named fields are compared, the others are free. */
export type Expected<T extends ReceivedType> = {
  readonly [Name in keyof ReceivedOf<T>]?: Name extends 'payload'
    ? Uint8Array | string
    : ReceivedOf<T>[Name];
};

/** One packet, and the bytes it came in. */
export interface Arrival {
  readonly packet: Received;
  readonly bytes: Uint8Array;
}

/** Cuts the byte stream of a broker into packets and decodes them strictly. */
export class Inbox {
  readonly #framer = new Framer(268_435_460);
  readonly #reader = new ByteReader();

  /** @throws {ProtocolError} if what the broker sent breaks MQTT 3.1.1. */
  *take(chunk: Uint8Array): Generator<Arrival> {
    this.#framer.feed(chunk, 0, chunk.length);
    while (this.#framer.next()) {
      const { source, packetStart, bodyEnd } = this.#framer;
      const bytes = new Uint8Array(source.subarray(packetStart, bodyEnd));
      yield { packet: ownPacket(decode(this.#framer, 4, this.#reader)), bytes };
    }
  }
}

/** Whether the packet is of that type and has these fields; a payload may be given as text. */
export function fits<T extends ReceivedType>(
  packet: Received,
  type: T,
  expected: Expected<T>,
): packet is ReceivedOf<T> {
  if (packet.type !== type) return false;
  const fields = new Map(Object.entries(packet));
  return Object.entries(expected).every(([name, value]) => {
    const actual: unknown = fields.get(name);
    if (actual instanceof Uint8Array) return Buffer.from(value as string).equals(actual);
    return isDeepStrictEqual(actual, value);
  });
}

/** A packet, or what one should look like, in one short line for a failure message. */
export function describe(packet: { readonly type: string }): string {
  const plain: object = packet instanceof Publish ? ownPacket(packet) : packet;
  const fields = Object.entries(plain)
    .filter(([name, value]) => name !== 'type' && value !== undefined)
    .map(([name, value]) => `${name} ${show(value)}`);
  return fields.length === 0 ? packet.type : `${packet.type}(${fields.join(', ')})`;
}

function show(value: unknown): string {
  if (value instanceof Uint8Array) return show(Buffer.from(value.subarray(0, 99)).toString('utf8'));
  const text = JSON.stringify(value);
  return text.length > 70 ? `${text.slice(0, 60)}…` : text;
}

function ownPacket(packet: Packet): Received {
  if (packet.type !== 'publish') return packet;
  const { type, topic, qos, retain, dup, packetId, payload } = packet;
  return { type, topic, qos, retain, dup, packetId, payload: new Uint8Array(payload) };
}

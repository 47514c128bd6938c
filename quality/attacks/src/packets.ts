import { type Connect, encode, Publish, type PublishFields, type QoS } from '@magpie/protocol';

/** Packets as bytes, right ones and wrong ones. */

export function connect(clientId: string, fields: Partial<Connect> = {}): Buffer {
  const packet: Connect = {
    type: 'connect',
    protocolVersion: 4,
    cleanSession: true,
    keepAliveS: 0,
    clientId,
    will: undefined,
    username: undefined,
    password: undefined,
    ...fields,
  };
  return Buffer.from(encode(packet, 4));
}

export function publish(
  topic: string,
  payload: string | Uint8Array = '',
  fields: Partial<PublishFields> = {},
): Buffer {
  return Buffer.from(encode(Publish.of({ topic, payload: Buffer.from(payload), ...fields }), 4));
}

export function subscribe(packetId: number, filters: readonly string[], qos: QoS = 0): Buffer {
  const subscriptions = filters.map((filter) => ({ filter, qos }));
  return Buffer.from(encode({ type: 'subscribe', packetId, subscriptions }, 4));
}

/** @param firstByte Type and flags. */
export function frame(firstByte: number, ...body: readonly (Uint8Array | string)[]): Buffer {
  const bytes = Buffer.concat(body.map((part) => Buffer.from(part)));
  return Buffer.concat([Buffer.of(firstByte), remainingLength(bytes.length), bytes]);
}

export function remainingLength(length: number): Buffer {
  const bytes: number[] = [];
  let rest = length;
  do {
    bytes.push((rest % 128) | (rest >= 128 ? 128 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.from(bytes);
}

/** The first bytes of all packets that are whole, one behind the other. */
export function firstBytes(packets: Uint8Array): number[] {
  const found: number[] = [];
  for (let start = 0; start < packets.length; ) {
    let length = 0;
    let at = start + 1;
    for (let factor = 1; ; factor *= 128) {
      const byte = packets[at++];
      if (byte === undefined) return found;
      length += (byte & 127) * factor;
      if (byte < 128) break;
    }
    if (at + length > packets.length) return found;
    found.push(packets[start]!);
    start = at + length;
  }
  return found;
}

/** A string with its length before it; `declared` may lie. */
export function text(value: Uint8Array | string, declared?: number): Buffer {
  const bytes = Buffer.from(value);
  const length = declared ?? bytes.length;
  return Buffer.concat([Buffer.of(length >> 8, length & 0xff), bytes]);
}

export const CONNACK_ACCEPTED = Buffer.of(0x20, 2, 0, 0);
export const PINGREQ = Buffer.of(0xc0, 0);
/** The first byte of PINGRESP. */
export const PINGRESP = 0xd0;
export const DISCONNECT = Buffer.of(0xe0, 0);

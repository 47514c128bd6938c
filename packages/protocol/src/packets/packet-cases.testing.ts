/** Tables of packets and of bytes that are none: what the test beside each packet is made of. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteReader } from '../bytes/byte-reader.js';
import { hex, toHex } from '../bytes/hex.testing.js';
import { decode, encode, encodedLength, encodeInto } from '../codec.js';
import { PROTOCOL_FAULTS, ProtocolError, type ProtocolFault } from '../faults.js';
import { Framer } from '../framing/framer.js';
import { PACKET_BYTES_MAX } from '../limits.js';
import type { Packet } from './packet.js';
import type { ProtocolVersion } from './protocol-version.js';

export interface ValidCase {
  readonly name: string;
  /** The whole packet, fixed header included. */
  readonly bytes: string;
  readonly packet: Packet;
  readonly version?: ProtocolVersion;
}

export interface InvalidCase {
  readonly name: string;
  /** The whole packet, fixed header included. */
  readonly bytes: string;
  /** `MQTT-4.8.0-1`, that a violation closes the connection, if no other one speaks of it. */
  readonly clause?: string;
  /** `MALFORMED_PACKET` if it is not given. */
  readonly fault?: ProtocolFault;
  readonly version?: ProtocolVersion;
}

/** Decodes bytes that are exactly one packet, by way of the framer. */
export function decodeBytes(
  bytes: Uint8Array,
  version: ProtocolVersion = 4,
  reader: ByteReader = new ByteReader(),
): Packet {
  const framer = new Framer(PACKET_BYTES_MAX);
  framer.feed(bytes, 0, bytes.length);
  assert.ok(framer.next(), `not a whole packet: ${toHex(bytes)}`);
  assert.equal(framer.bodyEnd, bytes.length, 'more than one packet');
  return decode(framer, version, reader);
}

/** A packet in a form that can be compared: a PUBLISH by its payload, not by where it lies. */
export function comparable(packet: Packet): unknown {
  if (packet.type !== 'publish') return packet;
  const { type, topic, qos, retain, dup, packetId, payload } = packet;
  return { type, topic, qos, retain, dup, packetId, payload: toHex(payload) };
}

/** Each packet is encoded to its bytes, and its bytes are decoded to it. */
export function testValid(name: string, cases: readonly ValidCase[]): void {
  for (const { name: what, bytes, packet, version = 4 } of cases) {
    test(`decode() and encode() are inverse for ${name}: ${what}`, () => {
      const expected = hex(bytes);
      assert.equal(toHex(encode(packet, version)), toHex(expected));
      assert.equal(encodedLength(packet, version), expected.length);
      assert.deepEqual(comparable(decodeBytes(expected, version)), comparable(packet));
    });

    test(`encodeInto() writes ${name} and nothing around it: ${what}`, () => {
      const expected = hex(bytes);
      const target = new Uint8Array(expected.length + 2).fill(0xee);
      assert.equal(encodeInto(packet, version, target, 1), expected.length + 1);
      assert.equal(toHex(target), `ee ${toHex(expected)} ee`);
    });
  }
}

/** Each of these is decoded to its packet, but is not how we would write it. */
export function testLenient(name: string, cases: readonly ValidCase[]): void {
  for (const { name: what, bytes, packet, version = 4 } of cases) {
    test(`decode() takes ${name}: ${what}`, () => {
      assert.deepEqual(comparable(decodeBytes(hex(bytes), version)), comparable(packet));
    });
  }
}

/** Each of these is refused with the fault and the clause that it violates. */
export function testInvalid(name: string, cases: readonly InvalidCase[]): void {
  for (const { name: what, bytes, clause, fault = 'MALFORMED_PACKET', version = 4 } of cases) {
    test(`decode() refuses ${name}: ${what}${clause === undefined ? '' : ` (${clause})`}`, () => {
      assert.throws(() => decodeBytes(hex(bytes), version), isFault(fault, clause));
    });
  }
}

/**
 * A check for `assert.throws`: the fault, the clause, and a message in the house's form.
 *
 * @param clause `MQTT-4.8.0-1` if it is not given; a limit of ours breaks none.
 */
export function isFault(
  fault: ProtocolFault,
  clause = fault === 'PACKET_TOO_LARGE' ? undefined : 'MQTT-4.8.0-1',
): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof ProtocolError, `not a ProtocolError: ${String(error)}`);
    const { message } = error;
    assert.deepEqual({ fault: error.fault, clause: error.clause }, { fault, clause }, message);
    assert.match(message, /^[A-Z].*[^.]$/);
    assert.ok(Object.hasOwn(PROTOCOL_FAULTS, fault));
    return true;
  };
}

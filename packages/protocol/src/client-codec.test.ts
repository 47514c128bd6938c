import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ByteReader } from './bytes/byte-reader.js';
import { toHex } from './bytes/hex.testing.js';
import {
  type ClientRequest,
  clientRequestLength,
  decodeServerPacket,
  encodeClientRequestInto,
} from './client-codec.js';
import { decode, encode } from './codec.js';
import { ProtocolError } from './faults.js';
import type { Frame } from './framing/frame.js';
import { Framer } from './framing/framer.js';
import { anyPacket } from './packets/any-packet.testing.js';
import type { Packet } from './packets/packet.js';
import { comparable } from './packets/packet-cases.testing.js';

const ONLY_CLIENTS = new Set(['connect', 'subscribe', 'unsubscribe', 'pingreq', 'disconnect']);

function isRequest(packet: Packet): packet is ClientRequest {
  return ONLY_CLIENTS.has(packet.type);
}

/** The packet that `decoding` makes of a frame, or the fault it throws. */
function outcome(decoding: () => Packet): unknown {
  try {
    return comparable(decoding());
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return error.fault;
  }
}

test('encodeClientRequestInto() writes what encode() gives, anywhere in a region', () => {
  fc.assert(
    fc.property(anyPacket().filter(isRequest), fc.nat(20), (packet, before) => {
      const bytes = encode(packet, 4);
      assert.equal(clientRequestLength(packet), bytes.length);
      const target = new Uint8Array(before + bytes.length + 5).fill(0xee);
      const end = encodeClientRequestInto(packet, target, before);
      assert.equal(toHex(target.subarray(before, end)), toHex(bytes));
      target.fill(0xee, before, end);
      assert.ok(target.every((byte) => byte === 0xee));
    }),
    { numRuns: 1000 },
  );
});

test('clientRequestLength() refuses a packet whose Remaining Length cannot be said', () => {
  const filter = 't'.repeat(65_535);
  const filters = Array.from({ length: 4097 }, () => filter);
  assert.throws(() => clientRequestLength({ type: 'unsubscribe', packetId: 1, filters }), {
    name: 'RangeError',
    message: 'UNSUBSCRIBE must have a Remaining Length of at most 268435455: it has 268505091',
  });
});

test('decodeServerPacket() reads what decode() does, and refuses what only clients send', () => {
  const reader = new ByteReader();
  fc.assert(
    fc.property(anyPacket(), (packet) => {
      const bytes = encode(packet, 4);
      const framer = new Framer(bytes.length);
      framer.feed(bytes, 0, bytes.length);
      assert.ok(framer.next());
      const expected = ONLY_CLIENTS.has(packet.type) ? 'PROTOCOL_ERROR' : comparable(packet);
      assert.deepEqual(
        outcome(() => decodeServerPacket(framer, reader)),
        expected,
      );
    }),
    { numRuns: 1000 },
  );
});

test('decodeServerPacket() finds the faults of any bytes that decode() does', () => {
  const type = fc.integer({ min: 0, max: 15 });
  const flags = fc.integer({ min: 0, max: 15 });
  const body = fc.uint8Array({ maxLength: 60, size: 'max' });
  fc.assert(
    fc.property(type, flags, body, (type, flags, source) => {
      const bodyEnd = source.length;
      const frame: Frame = { type, flags, source, packetStart: 0, bodyStart: 0, bodyEnd };
      const found = outcome(() => decodeServerPacket(frame, new ByteReader()));
      if (found === 'PROTOCOL_ERROR') return;
      assert.deepEqual(
        found,
        outcome(() => decode(frame, 4, new ByteReader())),
      );
    }),
    { numRuns: 5000 },
  );
});

import type { Codec } from '../model/codec.js';
import { openEnvelope, sealEnvelope } from './envelope.js';
import { MessageIds } from './message-ids.js';

/**
 * Puts each payload that is encoded into an envelope with an identifier of its own, and takes what
 * is decoded out of it. A payload without an envelope is decoded as it is.
 *
 * @param codec Of what is in the envelope.
 * @param ids Where identifiers come from.
 */
export function envelopeCodec<T>(
  codec: Codec<T>,
  ids: { next(): Uint8Array } = new MessageIds((target) => crypto.getRandomValues(target)),
): Codec<T> {
  return {
    encode: (value) => sealEnvelope(ids.next(), codec.encode(value)),
    decode: (bytes) => codec.decode(openEnvelope(bytes)?.payload ?? bytes),
  };
}

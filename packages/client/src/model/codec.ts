/** Turns what an application works with into the bytes of a payload, and back. */
export interface Codec<T> {
  encode(value: T): Uint8Array;
  /** @throws if the bytes are none of this codec's: the message goes to the `error` event. */
  decode(bytes: Uint8Array): T;
}

/** Payloads as they are. */
export const bytesCodec: Codec<Uint8Array> = {
  encode: (bytes) => bytes,
  decode: (bytes) => bytes,
};

/** Payloads as UTF-8; what is ill-formed is replaced by U+FFFD. */
export const textCodec: Codec<string> = {
  encode: (text) => new TextEncoder().encode(text),
  decode: (bytes) => new TextDecoder().decode(bytes),
};

/** Payloads as JSON in UTF-8. The type is a promise of the sender's: nothing checks it. */
export function jsonCodec<T = unknown>(): Codec<T> {
  return {
    encode: (value) => textCodec.encode(JSON.stringify(value)),
    decode: (bytes) => JSON.parse(textCodec.decode(bytes)) as T,
  };
}

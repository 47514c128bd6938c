import { utf8Of } from './message-line.js';
import { payloadTemplate } from './payload-template.js';
import { UsageError } from './usage-error.js';

/** Payload of one message. @param n Which message of this command it is, from 1 on. */
export type Payload = (n: number) => Uint8Array;

/**
 * Makes payloads of what the user gave.
 *
 * @param what Names the input in an error: `The message`, `Line 3`.
 * @throws {UsageError} if the input is not of this format.
 */
export type PayloadFormat = (input: Uint8Array, what: string) => Payload;

export const PAYLOAD_FORMATS = ['text', 'json', 'hex', 'base64', 'cbor', 'template'] as const;

/**
 * - `text`: the bytes as they are
 * - `json`: the same, if they are JSON
 * - `hex`, `base64`: the bytes that these stand for; white space does not count
 * - `cbor`: JSON, encoded as CBOR
 * - `template`: see {@link payloadTemplate}
 *
 * @throws {UsageError} if there is no such format.
 */
export async function payloadFormat(name: string): Promise<PayloadFormat> {
  switch (PAYLOAD_FORMATS.find((one) => one === name)) {
    case 'text':
      return (input) => always(input);
    case 'json':
      return (input, what) => {
        jsonOf(input, what);
        return always(input);
      };
    case 'hex':
      return (input, what) => always(bytesOf(input, what, 'hex', /^([0-9a-f]{2})*$/i));
    case 'base64':
      return (input, what) => always(bytesOf(input, what, 'base64', BASE64));
    case 'cbor': {
      const { encode } = await import('cborg');
      return (input, what) => always(encode(jsonOf(input, what)));
    }
    case 'template':
      return (input, what) => {
        const text = payloadTemplate(textOf(input, what));
        return (n) => Buffer.from(text(n));
      };
    default: {
      const known = PAYLOAD_FORMATS.join(', ');
      throw new UsageError(`--format must be one of ${known}: it is '${name}'`);
    }
  }
}

function always(payload: Uint8Array): Payload {
  return () => payload;
}

function jsonOf(input: Uint8Array, what: string): unknown {
  const text = textOf(input, what);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new UsageError(`${what} is no JSON: ${oneLine(error)}`);
  }
}

/** The runtime quotes the text, with its line ends. */
function oneLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ');
}

function bytesOf(
  input: Uint8Array,
  what: string,
  name: 'hex' | 'base64',
  form: RegExp,
): Uint8Array {
  const text = textOf(input, what).replaceAll(/\s+/g, '');
  if (!form.test(text)) throw new UsageError(`${what} is no ${name}`);
  return Buffer.from(text, name);
}

function textOf(input: Uint8Array, what: string): string {
  const text = utf8Of(input);
  if (text === undefined) throw new UsageError(`${what} is no text in UTF-8`);
  return text;
}

const BASE64 = /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}(==)?|[A-Za-z0-9+/]{3}=?)?$/;

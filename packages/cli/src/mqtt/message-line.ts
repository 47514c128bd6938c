import type { ReceivedMessage } from '@magpie/client';
import { safeJsonLine, safeText } from '../safe-log-line.js';

/** A message that came, and when. */
export interface Arrival {
  readonly message: ReceivedMessage;
  /** Milliseconds since 1970, with fractions. */
  readonly atMs: number;
}

/** Writes a message as bytes, without the end of the line; `undefined`: nothing is shown of it. */
export type MessageLine = (arrival: Arrival) => Uint8Array | undefined;

export interface LineOptions {
  /** The topic stands before the payload. */
  readonly verbose: boolean;
  /** JSON on several lines. */
  readonly pretty: boolean;
}

/** Ways to write messages that have a name; see {@link namedLine}. */
export const LINE_NAMES = ['text', 'json', 'hex', 'base64', 'cbor', 'pretty'] as const;
export type LineName = (typeof LINE_NAMES)[number];

/**
 * - `text`: the payload as it came; of an empty one nothing, as mosquitto_sub does
 * - `json`: an object with time, topic and flags, the payload as text or else in base64
 * - `hex`, `base64`: the payload in these
 * - `cbor`: the payload, decoded from CBOR, as JSON; what only CBOR has, such as undefined, is null
 * - `pretty`: a line about the message, then its payload for people to read, JSON indented
 */
export async function namedLine(name: LineName, options: LineOptions): Promise<MessageLine> {
  switch (name) {
    case 'text':
      return options.verbose ? verboseLine : payloadLine;
    case 'json':
      return (arrival) => Buffer.from(jsonOf(arrival, options.pretty));
    case 'hex':
    case 'base64':
      return encodedLine(options.verbose, (bytes) => bytes.toString(name));
    case 'pretty':
      return (arrival) => Buffer.from(prettyOf(arrival));
    default:
      name satisfies 'cbor';
      return encodedLine(options.verbose, await cborReader(options.pretty));
  }
}

function payloadLine({ message: { payload } }: Arrival): Uint8Array | undefined {
  return payload.length === 0 ? undefined : payload;
}

function verboseLine({ message: { topic, payload } }: Arrival): Uint8Array {
  return payload.length === 0
    ? Buffer.from(`${topic} (null)`)
    : Buffer.concat([Buffer.from(`${topic} `), payload]);
}

function encodedLine(verbose: boolean, encode: (bytes: Buffer) => string): MessageLine {
  return ({ message: { topic, payload } }) => {
    const text = encode(bufferOf(payload));
    return Buffer.from(verbose ? `${topic} ${text}` : text);
  };
}

function jsonOf({ message, atMs }: Arrival, pretty: boolean): string {
  const { topic, qos, retain, dup, payload } = message;
  const text = utf8Of(payload);
  const fields = {
    time: new Date(atMs).toISOString(),
    topic,
    qos,
    retain,
    ...(dup ? { dup } : {}),
    ...(text === undefined
      ? { payloadBase64: bufferOf(payload).toString('base64') }
      : { payload: text }),
  };
  return safeJsonLine(JSON.stringify(fields, undefined, pretty ? 2 : 0));
}

function prettyOf({ message, atMs }: Arrival): string {
  const { topic, qos, retain, dup, payload } = message;
  const marks = `${retain ? ' retained' : ''}${dup ? ' again' : ''}`;
  const head = `${new Date(atMs).toISOString()} ${safeText(topic)} QoS ${qos}${marks}`;
  return `${head}\n${readable(payload)}\n`;
}

/** JSON indented, other text with its control characters visible, and else the bytes in hex. */
function readable(payload: Uint8Array): string {
  if (payload.length === 0) return '  (empty)';
  const text = utf8Of(payload);
  if (text === undefined) {
    return `  ${bufferOf(payload)
      .toString('hex')
      .replaceAll(/.{64}(?=.)/g, '$&\n  ')}`;
  }
  try {
    const json = JSON.stringify(JSON.parse(text), undefined, 2);
    return safeJsonLine(json).replaceAll(/^/gm, '  ');
  } catch {
    return text
      .split('\n')
      .map((line) => `  ${safeText(line)}`)
      .join('\n');
  }
}

async function cborReader(pretty: boolean): Promise<(bytes: Buffer) => string> {
  const { decode } = await import('cborg');
  return (bytes) => {
    try {
      const json = JSON.stringify(decode(bytes), jsonValue, pretty ? 2 : 0) as string | undefined;
      return safeJsonLine(json ?? 'null');
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return `(no CBOR: ${safeText(why)})`;
    }
  };
}

/** What CBOR has and JSON does not. */
function jsonValue(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Uint8Array) return bufferOf(value).toString('base64');
  return value;
}

/** `undefined` if the bytes are no UTF-8. */
export function utf8Of(payload: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(payload);
  } catch {
    return undefined;
  }
}

/** The same bytes, with the methods of Node.js. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

import { safeJsonLine } from '../safe-log-line.js';
import { type Arrival, bufferOf, type MessageLine, utf8Of } from './message-line.js';
import { strftime } from './strftime.js';
import { UsageError } from './usage-error.js';

/** A piece of an output: always the same, or made from a message. */
type Piece = Uint8Array | ((arrival: Arrival) => Uint8Array | string);

/** What stands between `%` and its letter. */
interface Field {
  readonly zero: boolean;
  readonly left: boolean;
  /** Least number of characters. */
  readonly width: number;
  /** Most characters; `undefined`: all. */
  readonly most: number | undefined;
}

/** A message that cannot be written in the format that was asked for; the message says why. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
}

/**
 * The output format of mosquitto_sub: `%t` is the topic, `%p` the payload, `@H` the hour, `\n` the
 * end of a line, and so on; docs/guides/command-line.md has the table. What only MQTT 5 has is
 * empty.
 *
 * @throws {UsageError} if `format` is no such format.
 */
export function formatText(format: string, pretty: boolean): MessageLine {
  const pieces = parse(format, pretty);
  return (arrival) => {
    const bytes = pieces.map((piece) => {
      const made = typeof piece === 'function' ? piece(arrival) : piece;
      return typeof made === 'string' ? Buffer.from(made) : made;
    });
    return bytes.length === 1 ? bytes[0]! : Buffer.concat(bytes);
  };
}

function parse(format: string, pretty: boolean): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < format.length; ) {
    const end = endOfLiteral(format, at);
    if (end > at) {
      pieces.push(Buffer.from(format.slice(at, end)));
      at = end;
      continue;
    }
    const [piece, next] = sequenceAt(format, at, pretty);
    pieces.push(piece);
    at = next;
  }
  return pieces;
}

function endOfLiteral(format: string, from: number): number {
  let at = from;
  while (at < format.length && !'%@\\'.includes(format[at]!)) at++;
  return at;
}

/** @returns The piece at `at`, and where the next one begins. */
function sequenceAt(format: string, at: number, pretty: boolean): readonly [Piece, number] {
  const rest = format.slice(at);
  if (rest[0] === '\\') return [escapeOf(rest), at + 2];
  if (rest[0] === '@') return [timeOf(rest), at + 2];
  const match = /^%(0?-?0?)(\d*)(?:\.(\d+))?(.?)/su.exec(rest);
  const [all = '', flags = '', width = '', most, letter = ''] = match ?? [];
  if (letter === '') throw new UsageError(`--format ends within '${rest}'`);
  const field = {
    zero: flags.includes('0') && !flags.includes('-'),
    left: flags.includes('-'),
    width: Math.min(Number(width), FIELD_CHARACTERS_MAX),
    most: most === undefined ? undefined : Number(most),
  };
  return [parameterOf(letter, field, pretty), at + all.length];
}

function parameterOf(letter: string, field: Field, pretty: boolean): Piece {
  switch (letter) {
    case '%':
      return Buffer.from('%');
    case 't':
      return ({ message }) => padded(cut(message.topic, field), field, false);
    case 'p':
      return ({ message }) => paddedBytes(message.payload, field);
    case 'l':
      return ({ message }) => padded(String(message.payload.length), field, true);
    case 'm':
      return ({ message }) => padded(String(message.packetId), field, true);
    case 'q':
      return ({ message }) => String(message.qos);
    case 'r':
      return ({ message }) => (message.retain ? '1' : '0');
    case 'x':
      return ({ message }) => padded(bufferOf(message.payload).toString('hex'), field, true);
    case 'X':
      return ({ message }) => {
        return padded(bufferOf(message.payload).toString('hex').toUpperCase(), field, true);
      };
    case 'I':
      return ({ atMs }) => padded(cut(isoOf(atMs), field), field, false);
    case 'U':
      return ({ atMs }) => (atMs / 1000).toFixed(9);
    case 'j':
      return (arrival) => jsonOf(arrival, textOf(arrival), pretty);
    case 'J':
      return (arrival) => jsonOf(arrival, parsedOf(arrival), pretty);
    default:
      if (MQTT5_ONLY.includes(letter)) return () => padded('', field, false);
      throw new UsageError(`--format has an unknown sequence %${letter}`);
  }
}

function escapeOf(rest: string): Uint8Array {
  const letter = rest[1];
  if (letter === undefined) throw new UsageError("--format ends within '\\'");
  const meant = ESCAPES[letter];
  if (meant === undefined) throw new UsageError(`--format has an unknown escape \\${letter}`);
  return Buffer.from(meant);
}

function timeOf(rest: string): Piece {
  const letter = rest[1];
  if (letter === undefined) throw new UsageError("--format ends within '@'");
  if (letter === '@') return Buffer.from('@');
  const write = strftime(letter);
  if (write === undefined) throw new UsageError(`--format has an unknown time @${letter}`);
  return ({ atMs }) => write(atMs);
}

function cut(text: string, { most }: Field): string {
  return most === undefined ? text : text.slice(0, most);
}

function padded(text: string, { zero, left, width }: Field, number: boolean): string {
  return left ? text.padEnd(width) : text.padStart(width, zero && number ? '0' : ' ');
}

/** Padded like a text; the bytes stay as they are. */
function paddedBytes(bytes: Uint8Array, { zero, left, width }: Field): Uint8Array {
  if (bytes.length >= width) return bytes;
  const pad = Buffer.alloc(width - bytes.length, zero ? '0' : ' ');
  return Buffer.concat(left ? [bytes, pad] : [pad, bytes]);
}

/** `2026-01-31T08:00:00+0100` */
function isoOf(atMs: number): string {
  return `${date(atMs)}T${time(atMs)}${zone(atMs)}`;
}

function jsonOf({ message, atMs }: Arrival, payload: unknown, pretty: boolean): string {
  const micros = String(Math.floor((atMs % 1000) * 1000)).padStart(6, '0');
  const fields = {
    tst: `${date(atMs)}T${time(atMs)}.${micros}Z${zone(atMs)}`,
    topic: message.topic,
    qos: message.qos,
    retain: message.retain ? 1 : 0,
    payloadlen: message.payload.length,
    ...(message.qos > 0 ? { mid: message.packetId } : {}),
    payload,
  };
  return safeJsonLine(JSON.stringify(fields, undefined, pretty ? '\t' : undefined));
}

function textOf({ message: { payload } }: Arrival): string {
  return utf8Of(payload) ?? bufferOf(payload).toString();
}

function parsedOf(arrival: Arrival): unknown {
  try {
    return JSON.parse(textOf(arrival));
  } catch {
    const { topic } = arrival.message;
    throw new FormatError(`The payload of a message of ${topic} is no JSON: %J needs it`);
  }
}

const date = strftime('F')!;
const time = strftime('T')!;
const zone = strftime('z')!;

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\',
  '0': '\0',
  a: '\x07',
  e: '\x1b',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};
const MQTT5_ONLY = 'ACDEFPRS';
const FIELD_CHARACTERS_MAX = 10_000;

import { encode } from 'cborg';
import { readStamp, type Stamp, STAMP_BYTES, stampedPayload } from '../stamp.js';
import type { FieldValue } from './field-values.js';

/**
 * Payloads that look like those of devices, with a stamp in front:
 *
 *     json   {"_bench":[run,stream,sequence,dueUs],"temperature":21.5}
 *     cbor   the same map; `_bench` is the stamp of 24 bytes
 *     text   [_bench 1,2,3,456789] temperature=21.5
 *
 * What is due is in whole µs. It stands in front so that a receiver finds it without reading all.
 */

/** The key that fields cannot have. */
export const STAMP_KEY = '_bench';

export type Fields = readonly (readonly [name: string, value: FieldValue])[];

export function jsonPayload(fields: Fields, stamp: Stamp | undefined): Uint8Array {
  const parts = fields.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  if (stamp !== undefined) parts.unshift(`"${STAMP_KEY}":[${numbersOf(stamp)}]`);
  return Buffer.from(`{${parts.join(',')}}`);
}

export function cborPayload(fields: Fields, stamp: Stamp | undefined): Uint8Array {
  const map = new Map<string, FieldValue | Uint8Array>(fields);
  if (stamp === undefined) return encode(map, IN_ORDER);
  return encode(new Map([[STAMP_KEY, stampedPayload(stamp, STAMP_BYTES)], ...map]), IN_ORDER);
}

export function textPayload(text: string, stamp: Stamp | undefined): Uint8Array {
  return Buffer.from(stamp === undefined ? text : `[${STAMP_KEY} ${numbersOf(stamp)}] ${text}`);
}

/** The stamp of a payload of any kind; `undefined` if it has none. */
export function anyStamp(payload: Uint8Array): Stamp | undefined {
  const [first = 0] = payload;
  if (first === OBJECT || first === LIST) return writtenStamp(payload);
  if (first >> 5 !== CBOR_MAP) return readStamp(payload);
  // Behind the head of the map, of 1 to 3 bytes, stand the key and the head of its 24 bytes.
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  for (let at = 1; at <= 3; at++) {
    const from = at + CBOR_HEAD.length;
    if (bytes.subarray(at, from).equals(CBOR_HEAD)) {
      return readStamp(bytes.subarray(from, from + STAMP_BYTES));
    }
  }
  return undefined;
}

function writtenStamp(payload: Uint8Array): Stamp | undefined {
  const head = Buffer.from(payload.buffer, payload.byteOffset, Math.min(payload.length, HEAD_MAX));
  const found = WRITTEN.exec(head.toString('latin1'));
  if (found === null) return undefined;
  const [, run, stream, sequence, dueUs] = found.map(Number);
  return { run: run!, stream: stream!, sequence: sequence!, dueUs: dueUs! };
}

function numbersOf({ run, stream, sequence, dueUs }: Stamp): string {
  return `${run},${stream},${sequence},${Math.round(dueUs)}`;
}

/** cborg sorts keys if it is not told to leave them. */
const IN_ORDER = { mapSorter: () => 0 };
const OBJECT = 0x7b;
const LIST = 0x5b;
const CBOR_MAP = 5;
const CBOR_HEAD = Buffer.from([0x66, ...Buffer.from(STAMP_KEY), 0x58, STAMP_BYTES]);
/** No stamp is longer than this. */
const HEAD_MAX = 96;
const WRITTEN = /^(?:\{"_bench":\[|\[_bench )(\d{1,10}),(\d{1,10}),(\d{1,10}),(\d{1,16})\]/;

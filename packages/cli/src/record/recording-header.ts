import { crc32 } from 'node:zlib';

/**
 * What stands at the beginning of a recording; docs/recording-format.md has the whole format.
 *
 *     0  8  89 4d 47 50 52 0d 0a 1a: "MGPR" between bytes that a transfer as text would change
 *     8  1  major version: a reader refuses one that it does not know
 *     9  1  minor version: what a reader of an earlier one may pass over
 *    10  2  0
 *    12  8  when it was begun, in µs since 1970
 *    20  4  CRC-32 of bytes 0 to 19
 */
export const RECORDING_HEADER_BYTES = 24;

/** @param startUs In microseconds since 1970. */
export function encodeRecordingHeader(startUs: number): Buffer {
  const header = Buffer.alloc(RECORDING_HEADER_BYTES);
  MAGIC.copy(header);
  header.writeUInt8(MAJOR, 8);
  header.writeBigUInt64BE(BigInt(startUs), 12);
  header.writeUInt32BE(crc32(header.subarray(0, 20)), 20);
  return header;
}

/** @returns What is wrong with it; `undefined`: nothing. */
export function checkRecordingHeader(header: Uint8Array): string | undefined {
  const bytes = Buffer.from(header.buffer, header.byteOffset, header.byteLength);
  if (bytes.length < RECORDING_HEADER_BYTES) return 'it is shorter than the header of one';
  if (!bytes.subarray(0, 8).equals(MAGIC)) return 'it does not begin as one';
  const major = bytes.readUInt8(8);
  if (crc32(bytes.subarray(0, 20)) !== bytes.readUInt32BE(20)) return 'its header is damaged';
  if (major === MAJOR) return undefined;
  return `it has version ${major} of the format, and this Magpie knows version ${MAJOR}`;
}

const MAGIC = Buffer.from('894d4750520d0a1a', 'hex');
const MAJOR = 1;

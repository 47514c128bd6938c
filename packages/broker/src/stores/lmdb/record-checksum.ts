import { crc32 } from 'node:zlib';

/**
 * What stands behind a value on disk: the CRC-32 of its table, the lengths, the key and the value,
 * as they stand in a batch, see write-batch.ts.
 *
 * @param table Its place in `TABLES`.
 */
export function checksumOf(table: number, key: Uint8Array, value: Uint8Array): number {
  const head = Buffer.alloc(7);
  head[0] = table;
  head.writeUInt16BE(key.length, 1);
  head.writeUInt32BE(value.length, 3);
  return crc32(value, crc32(key, crc32(head)));
}

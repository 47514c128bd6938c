import type { TableName } from './tables.js';

/** Says which record is damaged and how. The key is shown in hexadecimal. */
export function damage(table: TableName, key: Uint8Array, how: string): Error {
  const shown = Buffer.from(key.buffer, key.byteOffset, key.length).toString('hex');
  return new Error(`The record ${shown} of table ${table} is damaged: ${how}`);
}

import type { TableName } from '../tables.js';

/** Something of a store that is not as it was written. */
export interface Finding {
  /** `undefined`: of no table alone. */
  readonly table: TableName | undefined;
  /** Of a record, in hexadecimal. */
  readonly key: string | undefined;
  /** Of data.mdb. */
  readonly page: number | undefined;
  /** What is wrong, e.g. `its checksum is wrong`. */
  readonly how: string;
}

/** `Record 00ff of table messages: its checksum is wrong` */
export function findingInWords({ table, key, page, how }: Finding): string {
  if (key !== undefined) return `Record ${key} of table ${table}: ${how}`;
  const where = table === undefined ? '' : ` (table ${table})`;
  return page === undefined ? `data.mdb${where}: ${how}` : `Page ${page}${where}: ${how}`;
}

export function recordFinding(table: TableName, key: Uint8Array, how: string): Finding {
  return { table, key: Buffer.from(key).toString('hex'), page: undefined, how };
}

import type { TableName } from './tables.js';

/** What is on disk is not what was written there. */
export class Damage extends Error {
  override readonly name = 'Damage';
}

/** Says which record is damaged and how. The key is shown in hexadecimal. */
export function damage(table: TableName, key: Uint8Array, how: string): Damage {
  const shown = Buffer.from(key.buffer, key.byteOffset, key.length).toString('hex');
  return new Damage(`The record ${shown} of table ${table} is damaged: ${how}`);
}

/** What an error says; if it is a damage, with the commands that help. One line. */
export function inWords(error: unknown, directory: string): string {
  if (!(error instanceof Error)) return String(error);
  if (!(error instanceof Damage)) return error.message;
  return (
    `${error.message}. "magpie store check ${directory}" lists all damage, `
    + `"magpie store export ${directory} --salvage" saves what can be read`
  );
}

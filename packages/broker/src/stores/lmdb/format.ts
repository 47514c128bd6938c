import { BatchReader } from './batch-reader.js';
import type { Engine } from './engine.js';
import { numberKey, numberOfKey } from './keys.js';
import { migrateFormat1 } from './migration.js';
import { WriteBatch } from './write-batch.js';

/**
 * The layout that this version writes. It grows when an older version could not read it, or would
 * lose something.
 *
 * 2: tables left, replays and wills, time, and the number in retained messages.
 * 3: the owner in sessions. In a session of format 2 it is not known until somebody claims it.
 */
export const FORMAT_NUMBER = 3;

/** Keys of table meta. */
export const FORMAT = Buffer.from('format');
export const NEXT_SESSION = Buffer.from('next-session');
export const TIME = Buffer.from('time');

/**
 * Sees to it that the store has the format of this version: an empty one gets it, an older one is
 * made to it.
 *
 * @throws {Error} if the format is newer, or there is none although there is something.
 */
export async function prepareFormat(engine: Engine): Promise<void> {
  const found = await readFormat(engine);
  if (found === FORMAT_NUMBER) return;
  if (found !== undefined) expectKnownFormat(found);
  if (found === undefined && (await holdsSomething(engine))) {
    throw new Error('It does not say its format: it is damaged, or no store of Magpie');
  }
  if (found === 1) await migrateFormat1(engine);
  const batch = new WriteBatch();
  batch.put('meta', FORMAT, numberKey(FORMAT_NUMBER));
  await engine.write([batch.take()]);
}

/** @throws {Error} if this version cannot read it. */
export function expectKnownFormat(format: number): void {
  if (format >= 1 && format <= FORMAT_NUMBER) return;
  throw new Error(
    `It has format ${format}, and this version of Magpie reads format ${FORMAT_NUMBER}: use the `
      + 'version that wrote it, or a newer one',
  );
}

async function readFormat(engine: Engine): Promise<number | undefined> {
  for await (const { bytes, end } of engine.read('meta')) {
    const record = new BatchReader(bytes, end);
    while (record.next()) if (FORMAT.equals(record.key)) return numberOfKey(record.value);
  }
  return undefined;
}

async function holdsSomething(engine: Engine): Promise<boolean> {
  for (const table of ['meta', 'sessions', 'messages', 'retained'] as const) {
    for await (const { end } of engine.read(table)) if (end > 0) return true;
  }
  return false;
}

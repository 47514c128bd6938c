import type { Message } from '../../model/message.js';
import { BatchReader } from './batch-reader.js';
import { damage } from './damage.js';
import type { Engine } from './engine.js';
import { RecordReader } from './record-reader.js';
import {
  isNumbered,
  readMessage,
  readMessageHead,
  readRetained,
  writeRetained,
} from './records.js';
import { WriteBatch } from './write-batch.js';

/**
 * Makes the records of format 1 those of format 2: retained messages get numbers. Whoever calls it
 * writes the new format afterwards.
 *
 * Piece by piece, so that it takes little memory. If it is interrupted some records are of format 2
 * already and are numbered again: nothing refers to the numbers yet.
 *
 * @throws {Error} naming the record that is damaged.
 */
export async function migrateFormat1(engine: Engine): Promise<void> {
  const record = new RecordReader();
  let change = 0;
  for await (const { bytes, end } of engine.read('retained')) {
    const piece = new BatchReader(bytes, end);
    const batch = new WriteBatch();
    while (piece.next()) {
      const message = messageIn(record, piece);
      batch.beginPut('retained');
      batch.raw(piece.key);
      batch.beginValue();
      writeRetained(batch, { message, change: ++change });
      batch.end();
    }
    if (!batch.isEmpty) await engine.write([batch.take()]);
  }
}

/**
 * A retained message of format 1, where it is a message without recipients; or of format 2.
 *
 * @throws {RangeError} if it is neither.
 */
export function readAnyRetained(record: RecordReader, value: Uint8Array): Message {
  if (isNumbered(value)) return readRetained(record.reset(value)).message;
  const { recipients } = readMessageHead(record.reset(value));
  if (recipients.length > 0) throw new RangeError('it has recipients');
  return readMessage(record.reset(value));
}

function messageIn(record: RecordReader, piece: BatchReader): Message {
  try {
    return readAnyRetained(record, piece.value);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw damage('retained', piece.key, error.message);
  }
}

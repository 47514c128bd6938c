import { BatchReader } from './batch-reader.js';
import type { Engine } from './engine.js';
import { PUT, REMOVE, WriteBatch, type BatchBytes } from './write-batch.js';
import { TABLES, type TableName } from './tables.js';

/** An engine without a disk. */
export class MemoryEngine implements Engine {
  readonly #tables = new Map<TableName, Map<string, Buffer>>();

  async *read(name: TableName): AsyncGenerator<BatchBytes> {
    const batch = new WriteBatch();
    const table = [...this.#table(name)].toSorted(([one], [other]) => (one < other ? -1 : 1));
    for (const [key, value] of table) batch.put(name, Buffer.from(key, 'hex'), value);
    yield batch.take();
  }

  async write(batches: readonly BatchBytes[]): Promise<readonly BatchBytes[]> {
    for (const { bytes, end } of batches) this.#apply(new BatchReader(bytes, end));
    return batches;
  }

  async close(): Promise<void> {}

  /** Puts one record. */
  put(name: TableName, key: Uint8Array, value: Uint8Array): void {
    this.#table(name).set(Buffer.from(key).toString('hex'), Buffer.from(value));
  }

  #apply(write: BatchReader): void {
    while (write.next()) {
      const table = this.#table(TABLES[write.table]!);
      const key = Buffer.from(write.key).toString('hex');
      const value = Buffer.from(write.value);
      if (write.kind === PUT) table.set(key, value);
      else if (write.kind === REMOVE) table.delete(key);
      else
        for (const other of table.keys()) {
          if (other >= key && other < value.toString('hex')) table.delete(other);
        }
    }
  }

  #table(name: TableName): Map<string, Buffer> {
    const known = this.#tables.get(name) ?? new Map<string, Buffer>();
    this.#tables.set(name, known);
    return known;
  }
}

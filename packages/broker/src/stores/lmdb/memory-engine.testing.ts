/** An engine in memory, whose writes a test lets fail or holds back. */
import { BatchReader } from './batch-reader.js';
import { type Engine, type Fetched, type Snapshot, WriteFailure } from './engine.js';
import { numberKey } from './keys.js';
import { TABLES, type TableName } from './tables.js';
import { type BatchBytes, PUT, REMOVE, WriteBatch } from './write-batch.js';

export class MemoryEngine implements Engine {
  /** Values by key in hexadecimal, by table. */
  readonly tables = new Map<TableName, Map<string, Uint8Array>>(
    TABLES.map((name) => [name, new Map<string, Uint8Array>()]),
  );
  /** What `write` fails with, as long as it is set. */
  failure: Error | undefined;
  /** Batches of each write that has succeeded. */
  readonly writes: number[] = [];
  closed = false;
  #planned: { writesLeft: number; readonly error: Error } | undefined;

  async count(table: TableName): Promise<number> {
    return this.tables.get(table)!.size;
  }

  async *read(table: TableName): AsyncGenerator<BatchBytes> {
    const records = [...this.tables.get(table)!].toSorted(([one], [other]) =>
      one < other ? -1 : 1,
    );
    for (const [key, value] of records) {
      const batch = new WriteBatch();
      batch.put(table, Buffer.from(key, 'hex'), value);
      yield batch.take();
    }
  }

  async fetch(table: TableName, numbers: Float64Array, bytesMax: number): Promise<Fetched> {
    await Promise.resolve();
    const batch = new WriteBatch();
    let looked = 0;
    for (const number of numbers) {
      const key = numberKey(number);
      const value = this.tables.get(table)!.get(Buffer.from(key).toString('hex'));
      if (value !== undefined) {
        if (!batch.isEmpty && batch.bytesUsed + value.length > bytesMax) break;
        batch.put(table, key, value);
      }
      looked++;
    }
    return { ...batch.take(), looked };
  }

  async write(batches: readonly BatchBytes[]): Promise<readonly BatchBytes[]> {
    await Promise.resolve();
    if (this.#planned !== undefined && this.#planned.writesLeft-- === 0) {
      this.failure = this.#planned.error;
      this.#planned = undefined;
    }
    if (this.failure !== undefined) throw new WriteFailure(this.failure.message, batches);
    for (const { bytes, end } of batches) this.#apply(new BatchReader(bytes, end));
    this.writes.push(batches.length);
    return batches;
  }

  /** Has `write` fail, see {@link failure}, from some successful ones on. */
  failAfter(writes: number, error: Error): void {
    this.#planned = { writesLeft: writes, error };
  }

  async snapshot(): Promise<Snapshot> {
    const then = new MemoryEngine();
    for (const [name, table] of this.tables) then.tables.set(name, new Map(table));
    return { read: (table) => then.read(table), [Symbol.asyncDispose]: () => then.close() };
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  /** Puts what a record holds that is not as it should be. */
  put(table: TableName, key: Uint8Array, value: Uint8Array): void {
    this.tables.get(table)!.set(Buffer.from(key).toString('hex'), new Uint8Array(value));
  }

  #apply(write: BatchReader): void {
    while (write.next()) {
      const table = this.tables.get(TABLES[write.table]!)!;
      const key = Buffer.from(write.key).toString('hex');
      if (write.kind === PUT) table.set(key, new Uint8Array(write.value));
      else if (write.kind === REMOVE) table.delete(key);
      else this.#removeRange(table, key, Buffer.from(write.value).toString('hex'));
    }
  }

  #removeRange(table: Map<string, Uint8Array>, first: string, behind: string): void {
    for (const key of table.keys()) if (key >= first && key < behind) table.delete(key);
  }
}

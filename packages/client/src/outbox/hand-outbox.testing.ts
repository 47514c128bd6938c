import { MemoryOutbox } from './memory-outbox.js';
import type { Outbox, OutboxState, StoredPublication } from './outbox.js';

type Write = (outbox: MemoryOutbox) => void;

/** An outbox on a disk that a test writes by hand: what was not flushed is forgotten. */
export class HandOutbox implements Outbox {
  readonly safeAtOnce = false;
  readonly disk: MemoryOutbox;
  #collected: Write[] = [];
  #underWay: { writes: Write[]; resolve: () => void; reject: (error: Error) => void } | undefined;

  constructor(disk = new MemoryOutbox()) {
    this.disk = disk;
  }

  get flushing(): boolean {
    return this.#underWay !== undefined;
  }

  /** The flush that is under way ends well. */
  succeed(): void {
    const flush = this.#underWay;
    this.#underWay = undefined;
    for (const write of flush?.writes ?? []) write(this.disk);
    flush?.resolve();
  }

  fail(): void {
    const flush = this.#underWay;
    this.#underWay = undefined;
    this.#collected = [...(flush?.writes ?? []), ...this.#collected];
    flush?.reject(new Error('the disk is full'));
  }

  load(): Promise<OutboxState> {
    return this.disk.load();
  }

  put(publication: StoredPublication): void {
    this.#collected.push((disk) => disk.put(publication));
  }

  release(sequence: number): void {
    this.#collected.push((disk) => disk.release(sequence));
  }

  remove(sequence: number): void {
    this.#collected.push((disk) => disk.remove(sequence));
  }

  addReceived(packetId: number): void {
    this.#collected.push((disk) => disk.addReceived(packetId));
  }

  deleteReceived(packetId: number): void {
    this.#collected.push((disk) => disk.deleteReceived(packetId));
  }

  flush(): Promise<void> {
    const writes = this.#collected;
    this.#collected = [];
    return new Promise((resolve, reject) => {
      this.#underWay = { writes, resolve, reject };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

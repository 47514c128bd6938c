import assert from 'node:assert/strict';
import type { TransportHandler } from './transport.js';

/** Remembers what a transport tells, and lets a test wait for it. */
export class Recorder implements TransportHandler {
  /** `opened`, `drained`, `closed`, in order; bytes are in {@link bytes}. */
  readonly told: string[] = [];
  readonly bytes: number[] = [];
  error: Error | undefined;
  #wake: () => void = () => {};

  opened(): void {
    this.#tell('opened');
  }

  received(source: Uint8Array, start: number, end: number): void {
    for (let at = start; at < end; at++) this.bytes.push(source[at]!);
    this.#wake();
  }

  drained(): void {
    this.#tell('drained');
  }

  closed(error: Error | undefined): void {
    this.error = error;
    this.#tell('closed');
  }

  /** Waits until `what` was told. */
  async hears(what: 'opened' | 'drained' | 'closed'): Promise<void> {
    await this.until(() => this.told.includes(what));
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** It was told once that it ended, and nothing after it. */
  assertEnded(): void {
    assert.deepEqual(
      this.told.filter((what) => what === 'closed'),
      ['closed'],
    );
    assert.equal(this.told.at(-1), 'closed');
  }

  #tell(what: string): void {
    this.told.push(what);
    this.#wake();
  }
}

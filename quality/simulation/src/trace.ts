import { createHash, type Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Scheduler } from './world/scheduler.js';

/** Who wants to know what happens in a run. */
export interface TraceSink {
  line(text: string): void;
}

/** What happens in a run, line by line. Without a sink a line costs a comparison. */
export class Trace {
  readonly #scheduler: Scheduler;
  readonly #sink: TraceSink | undefined;

  constructor(scheduler: Scheduler, sink: TraceSink | undefined) {
    this.#scheduler = scheduler;
    this.#sink = sink;
  }

  /** @param what Made only where somebody reads it. */
  say(what: () => string): void {
    if (this.#sink === undefined) return;
    const { nowMs, steps } = this.#scheduler;
    this.#sink.line(`${nowMs.toFixed(3)} #${steps} ${what()}`);
  }
}

/** One number for all lines: equal for runs that are equal to the byte. */
export class HashSink implements TraceSink {
  readonly #hash: Hash = createHash('sha256');

  line(text: string): void {
    this.#hash.update(text).update('\n');
  }

  digest(): string {
    return this.#hash.digest('hex');
  }
}

/** Bytes in a line: how many, and a checksum. */
export function shownBytes(bytes: Uint8Array): string {
  return `${bytes.length} bytes ${crc32(bytes).toString(16)}`;
}

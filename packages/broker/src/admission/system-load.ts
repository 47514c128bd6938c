import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { totalmem } from 'node:os';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { numberIn } from '../observe/number-in.js';
import type { Load, LoadSource } from './overload.js';

/**
 * The load of this process on its machine: what the event loop, the memory of the process (of the
 * container, if there is one) and the heap of V8 say. What a system other than Linux does not tell
 * counts as plenty.
 */
export class SystemLoad implements LoadSource {
  readonly fileDescriptors = freeFileDescriptors();
  readonly #memoryBytes = memoryBytes();
  readonly #delay: IntervalHistogram;
  /** At the last look: how many delays, and their sum in ns. */
  #measured = { count: 0, sum: 0 };
  /** Kept open: when file descriptors are short, it could not be opened. */
  #status: number | undefined = openStatus();
  readonly #buffer = Buffer.alloc(STATUS_BYTES);

  constructor() {
    this.#delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    this.#delay.enable();
  }

  sample(): Load {
    const delayMs = this.#meanDelayMs();
    const { used_heap_size: heap, heap_size_limit: heapMost } = getHeapStatistics();
    const share = Math.max(this.#residentBytes() / this.#memoryBytes, heap / heapMost);
    return {
      eventLoopDelayMs: Math.max(0, delayMs - RESOLUTION_MS),
      memoryPercent: share * 100,
    };
  }

  heapBytes(): number {
    return getHeapStatistics().used_heap_size;
  }

  close(): void {
    this.#delay.disable();
    if (this.#status !== undefined) closeSync(this.#status);
    this.#status = undefined;
  }

  /**
   * Since the last call. Not by a reset of the histogram, which forgets when it measured last: a
   * loop that is later than it is asked would never be measured.
   */
  #meanDelayMs(): number {
    const { count, mean } = this.#delay;
    const sum = count === 0 ? 0 : count * mean;
    const more = count - this.#measured.count;
    const mostly = more === 0 ? 0 : (sum - this.#measured.sum) / more;
    this.#measured = { count, sum };
    return mostly / 1e6;
  }

  /** What cannot be taken back: pages of files, such as those of the store, the system can. */
  #residentBytes(): number {
    if (this.#status === undefined) return process.memoryUsage.rss();
    const length = readSync(this.#status, this.#buffer, 0, STATUS_BYTES, 0);
    return (numberIn(this.#buffer.toString('latin1', 0, length), 'RssAnon:') ?? 0) * 1024;
  }
}

/** @returns `undefined` if this is not Linux. */
function openStatus(): number | undefined {
  try {
    return openSync('/proc/self/status', 'r');
  } catch {
    return undefined;
  }
}

/** Of the container, if that is less than the machine has. */
function memoryBytes(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

function freeFileDescriptors(): number {
  try {
    const most = numberIn(readFileSync('/proc/self/limits', 'utf8'), 'Max open files');
    return most === undefined ? Infinity : most - readdirSync('/proc/self/fd').length;
  } catch {
    return Infinity; // not Linux
  }
}

/** How often the delay is measured. It is part of what is measured. */
const RESOLUTION_MS = 20;
/** It has some 1500. */
const STATUS_BYTES = 8192;

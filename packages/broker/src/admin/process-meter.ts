import { readdirSync, readFileSync, statSync } from 'node:fs';
import { type IntervalHistogram, monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { Clock } from '../model/clock.js';
import { numberIn } from '../observe/number-in.js';

/** What a process takes of its machine; `undefined`: the system does not tell. */
export interface ProcessUse {
  /** User and system together. */
  readonly cpuSeconds: number;
  /** Since 1970. */
  readonly startSeconds: number;
  readonly residentBytes: number;
  readonly virtualBytes: number | undefined;
  readonly openFds: number | undefined;
  readonly maxFds: number | undefined;
  readonly heapUsedBytes: number;
  readonly heapTotalBytes: number;
  readonly heapMaxBytes: number;
  readonly externalBytes: number;
  readonly loopDelayMeanSeconds: number;
  readonly loopDelayP50Seconds: number;
  readonly loopDelayP99Seconds: number;
  readonly loopDelayMaxSeconds: number;
}

/**
 * Reads what the process that it lives in takes. A reading takes no longer where there are many
 * connections, but on a Linux before 6.2, where open files have to be listed to be counted.
 */
export class ProcessMeter {
  readonly #maxFds = numberIn(textOf('/proc/self/limits'), 'Max open files');
  readonly #clock: Clock;
  readonly #startSeconds = performance.timeOrigin / 1000;
  #delay = startedDelay();
  /** Takes the place of {@link #delay} when it has measured for so long. */
  #next: { readonly delay: IntervalHistogram; readonly sinceMs: number } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  read(): ProcessUse {
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
    const virtualKib = numberIn(textOf('/proc/self/status'), 'VmSize:');
    return {
      cpuSeconds: (user + system) / 1e6,
      startSeconds: this.#startSeconds,
      residentBytes: rss,
      virtualBytes: virtualKib === undefined ? undefined : virtualKib * 1024,
      openFds: openFds(),
      maxFds: this.#maxFds,
      heapUsedBytes: heapUsed,
      heapTotalBytes: heapTotal,
      heapMaxBytes: getHeapStatistics().heap_size_limit,
      externalBytes: external,
      ...this.#loopDelay(),
    };
  }

  /** It measures no more. */
  close(): void {
    this.#delay.disable();
    this.#next?.delay.disable();
  }

  /**
   * Of the last minute or two, for whoever asks: nothing is set back by a reader, so several do not
   * disturb each other. Where nobody has asked for long, of that time.
   */
  #loopDelay() {
    const nowMs = this.#clock.nowMs();
    this.#next ??= { delay: startedDelay(), sinceMs: nowMs };
    if (nowMs - this.#next.sinceMs >= WINDOW_MS) {
      this.#delay.disable();
      this.#delay = this.#next.delay;
      this.#next = { delay: startedDelay(), sinceMs: nowMs };
    }
    const { count, mean, max } = this.#delay;
    const late = (ns: number) => (count === 0 ? 0 : Math.max(0, ns / 1e9 - RESOLUTION_MS / 1000));
    return {
      loopDelayMeanSeconds: late(mean),
      loopDelayP50Seconds: late(this.#delay.percentile(50)),
      loopDelayP99Seconds: late(this.#delay.percentile(99)),
      loopDelayMaxSeconds: late(max),
    };
  }
}

function startedDelay(): IntervalHistogram {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  return delay;
}

/** Since Linux 6.2 the size of the directory is how many there are. */
function openFds(): number | undefined {
  try {
    const { size } = statSync('/proc/self/fd');
    return size > 0 ? size : readdirSync('/proc/self/fd').length - 1; // without that of the listing
  } catch {
    return undefined; // not Linux
  }
}

/** @returns Nothing if this is not Linux. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** How often the delay is measured. It is part of what is measured. */
const RESOLUTION_MS = 20;
const WINDOW_MS = 60_000;

import type { Clock } from '../model/clock.js';
import type { Limits } from '../model/limits.js';
import type { Logger } from '../observe/logger.js';

/** How much the process has to do, and how much of the machine it has taken. */
export interface Load {
  /** How late the event loop is, on average, in ms. */
  readonly eventLoopDelayMs: number;
  /** Of what there is for the process, 0 to 100. */
  readonly memoryPercent: number;
}

/** Where the numbers come from. A broker that is given none protects itself by its limits alone. */
export interface LoadSource {
  /** Since the last call. */
  sample(): Load;
  /** File descriptors that were free when the process began. */
  readonly fileDescriptors: number;
  /** Bytes of the heap of the process that hold something. */
  heapBytes?(): number;
  /** Nothing is asked any more. */
  close(): void;
}

/**
 * Knows when the broker has enough: then new connections are refused, so that those that stand do
 * not suffer. It looks twice a second; two looks in a row decide, and it is over well below the
 * limit, so that it does not flutter.
 */
export class Overload {
  readonly #limits: Limits;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #source: LoadSource | undefined;
  #cancel: (() => void) | undefined;
  #active = false;
  /** Looks in a row that speak for the other state. */
  #against = 0;

  constructor(parts: {
    limits: Limits;
    clock: Clock;
    log: Logger;
    source?: LoadSource | undefined;
  }) {
    this.#limits = parts.limits;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#source = parts.source;
  }

  /** Whether new connections are refused. */
  get active(): boolean {
    return this.#active;
  }

  /** Connections that there are file descriptors for. */
  get connectionsMax(): number {
    if (this.#source === undefined) return Infinity;
    return Math.max(0, this.#source.fileDescriptors - this.#limits.fileDescriptorsReserve);
  }

  /** Begins to look. */
  start(): void {
    const source = this.#source;
    if (source === undefined || this.#cancel !== undefined) return;
    const look = () => {
      this.#look(source.sample());
      this.#cancel = this.#clock.after(LOOK_EVERY_MS, look);
    };
    this.#cancel = this.#clock.after(LOOK_EVERY_MS, look);
  }

  stop(): void {
    this.#cancel?.();
    this.#source?.close();
  }

  #look({ eventLoopDelayMs, memoryPercent }: Load): void {
    const { eventLoopDelayMax, memoryPercentMax } = this.#limits;
    const isSlow = exceeds(eventLoopDelayMs, eventLoopDelayMax, this.#active ? 0.5 : 1);
    const isFull = exceeds(memoryPercent, memoryPercentMax, this.#active ? 0.95 : 1);
    this.#against = (isSlow || isFull) === this.#active ? 0 : this.#against + 1;
    if (this.#against < LOOKS) return;
    this.#against = 0;
    this.#active = !this.#active;
    const fields = {
      eventLoopDelayMs: Math.round(eventLoopDelayMs),
      memoryPercent: Math.round(memoryPercent),
    };
    if (this.#active) {
      const why = isSlow ? 'the event loop is late' : 'memory is short';
      this.#log.warn({ event: 'overloaded', ...fields }, `new connections are refused: ${why}`);
    } else {
      this.#log.info({ event: 'overload-over', ...fields }, 'new connections are taken again');
    }
  }
}

/** @param limit 0: there is none. */
function exceeds(value: number, limit: number, share: number): boolean {
  return limit > 0 && value > limit * share;
}

const LOOK_EVERY_MS = 500;
const LOOKS = 2;

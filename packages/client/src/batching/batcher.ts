import { checkRange, type QoS } from '@magpie/protocol';
import { type Clock, SystemClock } from '../model/clock.js';
import type { Reading } from './batch-format.js';
import {
  BATCH_LIMITS,
  type BatchLimits,
  BatcherMachine,
  type ReadyBatch,
} from './batcher-machine.js';

/** What a batcher publishes with: a client, or a pool of them. */
export interface BatchPublisher {
  publish(
    topic: string,
    payload: Uint8Array,
    options: { readonly qos: QoS; readonly retain: boolean },
  ): Promise<void>;
}

export interface BatcherOptions extends Partial<BatchLimits> {
  /** Of the messages that hold the readings. Default: 0. */
  readonly qos?: QoS;
}

/** What the readings of one batch wait for together. */
class Outcome {
  readonly promise: Promise<void>;
  #settle: ((result: Promise<void>) => void) | undefined;

  constructor() {
    this.promise = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.promise.catch(() => {}); // a reading that nobody waits for must not end the process
  }

  settle(result: Promise<void>): void {
    this.#settle?.(result);
  }
}

/**
 * Packs many small readings into few messages (batch-format.ts); `unpackBatch` takes them apart on
 * the other side.
 *
 * A batch is published when it is full, or when its first reading has waited for `delayMs`.
 */
export class Batcher implements AsyncDisposable {
  readonly #publisher: BatchPublisher;
  readonly #qos: QoS;
  readonly #clock: Clock;
  readonly #machine: BatcherMachine<Outcome>;
  readonly #ready: ReadyBatch<Outcome>[] = [];
  /** Published, and not done. */
  readonly #underWay = new Set<Promise<void>>();
  #cancelTimer: (() => void) | undefined;
  #ended = false;

  /** @throws {RangeError} if a limit is out of range. */
  constructor(publisher: BatchPublisher, options: BatcherOptions = {}, clock: Clock = SYSTEM) {
    const { qos = 0, ...limits } = options;
    this.#publisher = publisher;
    this.#qos = qos;
    this.#clock = clock;
    this.#machine = new BatcherMachine(
      checked({ ...BATCH_LIMITS, ...limits }),
      () => new Outcome(),
    );
  }

  /** Bytes that wait for their batch to be full or old enough. */
  get waitingBytes(): number {
    return this.#machine.waitingBytes;
  }

  /**
   * Adds a reading to the batch of its topic. It is copied.
   *
   * @returns A promise that resolves when its batch was published; one for all readings of a batch.
   * @throws {RangeError} if it is longer than 268,435,455 bytes.
   * @throws {TypeError} if the batcher has ended.
   */
  add(topic: string, reading: Reading): Promise<void> {
    if (this.#ended) throw new TypeError('This batcher has ended: make a new one');
    const outcome = this.#machine.add(topic, reading, this.#clock.nowMs(), this.#ready);
    this.#publish();
    return outcome.promise;
  }

  /** Publishes all that waits, full or not. Resolves when all batches so far are published. */
  async flush(): Promise<void> {
    this.#machine.flush(this.#ready);
    this.#publish();
    await Promise.all(this.#underWay);
  }

  /** Publishes what waits and takes nothing more. The client stays. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.flush();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }

  #publish(): void {
    for (const { topic, payload, waiter } of this.#ready.splice(0)) {
      const published = this.#publisher.publish(topic, payload, { qos: this.#qos, retain: false });
      waiter.settle(published);
      this.#underWay.add(published);
      const forget = () => void this.#underWay.delete(published);
      published.then(forget, forget);
    }
    this.#arm();
  }

  /** One timer, for the oldest batch. One that comes too soon just looks again. */
  #arm(): void {
    const dueMs = this.#machine.nextTimeoutMs;
    if (dueMs === undefined) {
      this.#cancelTimer?.();
      this.#cancelTimer = undefined;
    }
    if (dueMs === undefined || this.#cancelTimer !== undefined) return;
    this.#cancelTimer = this.#clock.after(Math.max(0, dueMs - this.#clock.nowMs()), () => {
      this.#cancelTimer = undefined;
      this.#machine.tick(this.#clock.nowMs(), this.#ready);
      this.#publish();
    });
  }
}

function checked(limits: BatchLimits): BatchLimits {
  for (const [name, value] of Object.entries<number>({ ...limits })) {
    checkRange(name, value, name === 'delayMs' ? 0 : 1);
  }
  return limits;
}

const SYSTEM: Clock = new SystemClock();

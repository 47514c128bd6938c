import type { ReceivedMessage } from '@magpie/client';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { EXIT } from '../exit-code.js';
import type { Ending } from '../mqtt/ending.js';
import { recordBytesMax } from './block-builder.js';
import type { RecordedMessage } from './recorded-message.js';

/** Where it goes. */
export interface RecorderTarget {
  /** How large the file will be at most when what was added is written. */
  readonly bytes: number;
  /** Bytes of messages that were added and not written. */
  readonly pending: number;
  readonly add: (message: RecordedMessage) => void;
  /** Writes what was added. @throws {CommandFailure} if it cannot be written. */
  readonly write: () => Promise<void>;
  /** Brings it to the disk. @throws {CommandFailure} if that fails. */
  readonly sync: () => Promise<void>;
}

export interface RecorderLimits {
  /** Longest that a message of QoS 0 waits in memory to be written with others, in ms. */
  readonly flushMs: number;
  /** Longest from a block that was written to {@link RecorderTarget.sync}, in ms; or never. */
  readonly syncMs: number | undefined;
  /** It ends after so many messages. */
  readonly countMax: number;
  /** It ends before the file has more bytes. */
  readonly bytesMax: number;
}

/**
 * Between a client and a recording: decides when a block is written.
 *
 * A message of QoS 1 or 2 is acknowledged when its block is written; all that came meanwhile share
 * the next block. One of QoS 0 waits for company: until {@link RecorderLimits.flushMs} is over, or
 * the block is large.
 */
export class Recorder {
  readonly #writer: RecorderTarget;
  readonly #ending: Ending;
  readonly #limits: RecorderLimits;
  /** The write that what is added now will be part of. */
  #next: Group | undefined;
  /** The one that is under way. */
  #writing: Promise<boolean> = Promise.resolve(true);
  #timer: NodeJS.Timeout | undefined;
  #syncTimer: NodeJS.Timeout | undefined;
  /** Added, whole in the file when {@link finish} is done. */
  messages = 0;
  payloadBytes = 0;

  constructor(writer: RecorderTarget, ending: Ending, limits: RecorderLimits) {
    this.#writer = writer;
    this.#ending = ending;
    this.#limits = limits;
  }

  /** A message has come. Done when it is written; at QoS 0, when there is room for the next one. */
  take(message: ReceivedMessage): void | Promise<void> {
    const recorded = recordedOf(message);
    if (this.#writer.bytes + recordBytesMax(recorded) > this.#limits.bytesMax) {
      this.#ending.done(EXIT.ok);
      return NEVER;
    }
    this.#writer.add(recorded);
    this.messages++;
    this.payloadBytes += message.payload.length;
    if (this.messages >= this.#limits.countMax) return this.#last();
    if (message.qos > 0 || this.#writer.pending >= BLOCK_BYTES) return this.#written();
    this.#timer ??= setTimeout(() => void this.#written(), this.#limits.flushMs);
    return undefined;
  }

  /** Writes what is still in memory, and syncs. @throws {CommandFailure} if that fails. */
  async finish(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#next?.flushed;
    if (await this.#writing) await this.#writer.write();
    clearTimeout(this.#syncTimer);
    await this.#writer.sync();
  }

  async #last(): Promise<void> {
    this.#ending.isReached = true;
    await this.#written();
    // A moment later, so that the acknowledgement leaves before the connection ends.
    setImmediate(() => this.#ending.done(EXIT.ok));
  }

  /** Resolves when all that was added so far is written; never, if that fails. */
  #written(): Promise<void> {
    if (this.#next === undefined) {
      const flushed = this.#flush();
      // What is not written must not be acknowledged.
      this.#next = { flushed, written: flushed.then((done) => (done ? undefined : NEVER)) };
    }
    return this.#next.written;
  }

  /** @returns Whether it could be written. */
  async #flush(): Promise<boolean> {
    if (!(await this.#writing)) return false;
    // What comes in the same turn belongs together.
    await nextTurn();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#next = undefined;
    this.#writing = this.#write();
    return this.#writing;
  }

  async #write(): Promise<boolean> {
    try {
      await this.#writer.write();
      const { syncMs } = this.#limits;
      if (syncMs !== undefined) this.#syncTimer ??= setTimeout(() => void this.#sync(), syncMs);
      return true;
    } catch (error) {
      this.#ending.failed(error);
      return false;
    }
  }

  async #sync(): Promise<void> {
    this.#syncTimer = undefined;
    try {
      await this.#writer.sync();
    } catch (error) {
      this.#ending.failed(error);
    }
  }
}

/** Messages that are written together. */
interface Group {
  /** Whether they could be. */
  readonly flushed: Promise<boolean>;
  /** Resolves if they could be. */
  readonly written: Promise<void>;
}

function recordedOf({ topic, payload, qos, retain, dup }: ReceivedMessage): RecordedMessage {
  const atUs = Math.round((performance.timeOrigin + performance.now()) * 1000);
  return { atUs, topic, payload, qos, retain, dup };
}

const NEVER = new Promise<void>(() => {});
/** A block of this size is written at once. */
const BLOCK_BYTES = 65_536;

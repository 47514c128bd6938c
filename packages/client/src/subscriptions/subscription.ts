import type { QoS } from '@magpie/protocol';
import { bytesCodec, type Codec } from '../model/codec.js';
import { Fifo } from '../session/fifo.js';
import type { Receipt } from '../session/receipt.js';
import type { DuplicateFilter } from './duplicates.js';
import { ReceivedMessage } from './received-message.js';
import type { SubscribeOptions } from './subscribe-options.js';

/** A subscription as its client sees it, whatever its messages are read as. */
export interface Consumer {
  readonly filter: string;
  push(receipt: Receipt): void;
  end(error: Error | undefined): void;
  unsubscribe(): Promise<void>;
  /** The server has a new session. */
  sessionLost(): void;
}

/** What a subscription needs of its client. */
export interface SubscriptionOwner {
  readonly nowMs: number;
  /** The application is done with a message. */
  done(receipt: Receipt): void;
  /** There was no room for a message. */
  dropped(receipt: Receipt): void;
  /** A handler or codec threw. */
  failed(error: unknown, topic: string): void;
  /** Nobody listens any more. @returns A promise that resolves when the server has let it go. */
  left(consumer: Consumer): Promise<void>;
}

/** Called with each message. Its acknowledgement waits for what it returns. */
export type MessageHandler<T> = (message: ReceivedMessage<T>) => void | Promise<void>;

/** How {@link Subscription.ready} is settled. */
interface ServerAnswer {
  readonly resolve: (qos: QoS) => void;
  readonly reject: (error: unknown) => void;
}

interface Reader<T> {
  readonly resolve: (result: IteratorResult<ReceivedMessage<T>, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The messages of one filter, one after the other.
 *
 * `for await` gets them; a message of QoS 1 or 2 is acknowledged when the loop asks for the next
 * one, so a slow loop slows the server and nothing else. Leaving the loop unsubscribes. With a
 * handler it is the same, and a promise that the handler returns is waited for; only with
 * `handlersMax` it gets further messages meanwhile.
 */
export class Subscription<T = Uint8Array>
  implements AsyncIterableIterator<ReceivedMessage<T>>, AsyncDisposable, Consumer
{
  /** As it was asked for, `$share/group/` included. */
  readonly filter: string;
  /** Resolves to the QoS that the server granted; rejects if it refused. */
  readonly ready: Promise<QoS>;
  /** QoS 0 messages that were dropped because the buffer was full. */
  dropped = 0;
  /** Messages that `deduplicate` has dropped. */
  duplicates = 0;
  readonly #owner: SubscriptionOwner;
  readonly #codec: Codec<T>;
  readonly #handler: MessageHandler<T> | undefined;
  readonly #bufferMax: number;
  readonly #handlersMax: number;
  readonly #filter: DuplicateFilter | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #buffer = new Fifo<Receipt>();
  /** Handed to the loop or the handler, and not done; in no order. */
  readonly #held: Receipt[] = [];
  #reader: Reader<T> | undefined;
  #ended = false;
  #error: Error | undefined;
  readonly #answer: ServerAnswer;

  /** Made by `client.subscribe`. */
  constructor(
    filter: string,
    options: SubscribeOptions<T>,
    handler: MessageHandler<T> | undefined,
    owner: SubscriptionOwner,
  ) {
    this.filter = filter;
    this.#owner = owner;
    this.#codec = options.codec ?? (bytesCodec as unknown as Codec<T>);
    this.#handler = handler;
    this.#bufferMax = options.bufferMax ?? 1000;
    this.#handlersMax = options.handlersMax ?? 1;
    this.#filter = options.deduplicate;
    this.#signal = options.signal;
    this.#signal?.addEventListener('abort', this.#aborted);
    let answer: ServerAnswer | undefined;
    this.ready = new Promise<QoS>((resolve, reject) => {
      answer = { resolve, reject };
    });
    this.#answer = answer!;
    this.ready.catch(() => {}); // a loop that does not look at it is told by its next step
  }

  /** Messages that wait for the application. */
  get buffered(): number {
    return this.#buffer.length;
  }

  /** Nothing more comes. */
  get ended(): boolean {
    return this.#ended;
  }

  next(): Promise<IteratorResult<ReceivedMessage<T>, undefined>> {
    if (this.#handler !== undefined || this.#reader !== undefined) {
      const what = 'A subscription has one loop, and none beside a handler: subscribe once more';
      return Promise.reject(new TypeError(what));
    }
    for (const receipt of this.#held) this.#release(receipt); // one, or none
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
      this.#serve();
    });
  }

  /** The loop was left: unsubscribes. */
  async return(): Promise<IteratorResult<ReceivedMessage<T>, undefined>> {
    await this.unsubscribe();
    return { value: undefined, done: true };
  }

  /** Ends it. What was not handled is not acknowledged. Resolves when the server has let it go. */
  async unsubscribe(): Promise<void> {
    if (this.#ended) return;
    this.end(undefined);
    await this.#owner.left(this);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.unsubscribe();
  }

  sessionLost(): void {
    this.#filter?.sessionLost();
  }

  /** The server granted it. */
  granted(qos: QoS): void {
    this.#answer.resolve(qos);
  }

  /** A message for it arrived. */
  push(receipt: Receipt): void {
    receipt.holders++;
    if (receipt.qos === 0 && this.#buffer.length >= this.#bufferMax) {
      this.dropped++;
      this.#owner.dropped(receipt);
      return;
    }
    this.#buffer.push(receipt);
    if (this.#handler !== undefined) this.#run(this.#handler);
    else this.#serve();
  }

  /** Nothing more comes. @param error Why, for the loop; `undefined`: it just ends. */
  end(error: Error | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#signal?.removeEventListener('abort', this.#aborted);
    this.#error = error;
    this.#answer.reject(error ?? new Error(`Unsubscribed from ${this.filter} meanwhile`));
    if (error === undefined) this.#letGo();
    this.#serve();
  }

  readonly #aborted = (): void => void this.unsubscribe();

  /** Gives a loop that waits what there is: a message, or the end. */
  #serve(): void {
    const reader = this.#reader;
    if (reader === undefined) return;
    const message = this.#take();
    if (message !== undefined) reader.resolve({ value: message, done: false });
    else if (!this.#ended) return;
    else if (this.#error === undefined) reader.resolve({ value: undefined, done: true });
    else reader.reject(this.#error);
    this.#reader = undefined;
    if (message === undefined) this.#error = undefined; // told once
  }

  /** One message after the other, until as many as may be are not done. */
  #run(handler: MessageHandler<T>): void {
    while (this.#held.length < this.#handlersMax) {
      const message = this.#take();
      if (message === undefined) return;
      const receipt = this.#held.at(-1)!;
      try {
        const result = handler(message);
        if (typeof result?.then === 'function') {
          void this.#handled(result, handler, receipt);
          continue;
        }
      } catch (error) {
        this.#owner.failed(error, message.topic);
      }
      this.#release(receipt);
    }
  }

  async #handled(
    result: Promise<void>,
    handler: MessageHandler<T>,
    receipt: Receipt,
  ): Promise<void> {
    try {
      await result;
    } catch (error) {
      this.#owner.failed(error, receipt.topic);
    }
    this.#release(receipt);
    this.#run(handler);
  }

  /** The next message that is new and that the codec can read. */
  #take(): ReceivedMessage<T> | undefined {
    for (;;) {
      const receipt = this.#buffer.shift();
      if (receipt === undefined) return undefined;
      if (this.#filter?.isDuplicate(receipt, this.#owner.nowMs) === true) {
        this.duplicates++;
        this.#owner.done(receipt);
        continue;
      }
      try {
        const message = new ReceivedMessage(receipt, this.#codec);
        this.#held.push(receipt);
        return message;
      } catch (error) {
        this.#owner.failed(error, receipt.topic);
        this.#owner.done(receipt);
      }
    }
  }

  /** It is done with, if it is held. */
  #release(receipt: Receipt): void {
    const held = this.#held;
    const at = held.indexOf(receipt);
    if (at < 0) return;
    const last = held.pop()!;
    if (last !== receipt) held[at] = last;
    this.#filter?.settle(receipt, this.#owner.nowMs);
    this.#owner.done(receipt);
  }

  /** What was not handled: the server is told that it is done, or it would send nothing more. */
  #letGo(): void {
    for (const receipt of this.#held.slice()) this.#release(receipt);
    for (const receipt of this.#buffer.takeAll()) this.#owner.done(receipt);
  }
}

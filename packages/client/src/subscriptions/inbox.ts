import { ClientError } from '../errors.js';
import { messageBytes } from '../session/message-bytes.js';
import type { Receipt } from '../session/receipt.js';
import {
  type Consumer,
  type MessageHandler,
  Subscription,
  type SubscriptionOwner,
} from './subscription.js';
import { SubscriptionTable } from './subscription-table.js';
import { UnclaimedMessages, type UnclaimedTime } from './unclaimed-messages.js';
import type { UnclaimedLimits } from './unclaimed-options.js';

export interface InboxOptions {
  /** Bytes that the application has and has not handled; above it reading stops. */
  readonly bufferBytesMax: number;
  readonly unclaimed: UnclaimedLimits;
  /** Gets what is given up. */
  readonly unclaimedHandler: MessageHandler<Uint8Array> | undefined;
}

/** What an inbox needs of its client. */
export interface InboxOwner extends UnclaimedTime {
  /** Whether reading stops. */
  paused: boolean;
  /** Whether the server has been asked to send nothing more of it. */
  letsGo(topic: string): boolean;
  /** Asks the server to send nothing more of a filter. Resolves when it has answered. */
  letGo(filter: string): Promise<void>;
  /** All are done with it. */
  consumed(receipt: Receipt): void;
  /** Something failed that is nobody's promise. */
  fail(error: ClientError): void;
  /** Ends the client. */
  abort(error: ClientError): void;
}

/** What was received, until everybody who has it is done. */
export class Inbox implements SubscriptionOwner {
  readonly #subscriptions = new SubscriptionTable();
  readonly #options: InboxOptions;
  readonly #owner: InboxOwner;
  #unclaimed: UnclaimedMessages | undefined;
  #unclaimedEndMs: number | undefined;
  /** Gets unclaimed messages that are given up. */
  #catchAll: Consumer | undefined;
  /** Given up since the last error that told of it. */
  #untold = 0;
  #toldAtMs: number | undefined;
  /** Of what subscriptions have; what is unclaimed has bounds of its own. */
  #bytes = 0;
  #ended = false;
  /** Messages that have arrived. */
  received = 0;
  /** Messages that nobody got, or not all who wanted them. */
  lost = 0;

  constructor(options: InboxOptions, owner: InboxOwner) {
    this.#options = options;
    this.#owner = owner;
  }

  get nowMs(): number {
    return this.#owner.nowMs;
  }

  /** Topics and payloads of what is not done. */
  get bytes(): number {
    return this.#bytes + (this.#unclaimed?.bytes ?? 0);
  }

  /**
   * With the first connection the time begins that unclaimed messages have.
   *
   * @param present Whether the server has kept the session.
   */
  connected(present: boolean): void {
    this.#unclaimedEndMs ??= Math.ceil(this.nowMs) + this.#options.unclaimed.afterMs;
    if (!present) for (const subscription of this.of(undefined)) subscription.sessionLost();
  }

  /** The client has ended. @param why For loops; `undefined`: they just end. */
  end(why: Error | undefined): void {
    this.#ended = true;
    this.endAll(undefined, why);
    this.#unclaimed?.end();
  }

  /** A message arrived. */
  deliver(receipt: Receipt): void {
    this.received++;
    if (!this.#offer(receipt)) {
      if (receipt.qos > 0 && !this.#owner.letsGo(receipt.topic)) this.#hold(receipt);
      else this.#drop(receipt);
    }
    if (this.#bytes > this.#options.bufferBytesMax) this.#owner.paused = true;
  }

  /** A new subscription, which may be what messages have waited for. */
  add(subscription: Consumer): void {
    this.#subscriptions.add(subscription);
    this.#unclaimed?.claim((receipt) => this.#offer(receipt));
  }

  /** Nobody listens any more. Resolves when the server has let it go. */
  async left(subscription: Consumer): Promise<void> {
    if (!this.#subscriptions.remove(subscription)) await this.#owner.letGo(subscription.filter);
  }

  /** @param filter Whose subscriptions end; `undefined`: all. */
  endAll(filter: string | undefined, error: Error | undefined): void {
    for (const subscription of this.of(filter)) {
      this.#subscriptions.remove(subscription);
      subscription.end(error);
    }
  }

  /** Subscriptions with this filter, as it was asked for; all without one. */
  of(filter: string | undefined): readonly Consumer[] {
    return this.#subscriptions.of(filter);
  }

  /** One holder less; without any the message is acknowledged. */
  done(receipt: Receipt): void {
    if (--receipt.holders > 0) return;
    this.#bytes -= messageBytes(receipt);
    this.#owner.consumed(receipt);
    if (this.#bytes <= this.#options.bufferBytesMax / 2) this.#owner.paused = false;
  }

  dropped(receipt: Receipt): void {
    this.lost++;
    this.done(receipt);
  }

  /** A handler or a codec threw. */
  failed(cause: unknown, topic: string): void {
    const what = `A handler or codec threw for ${topic}`;
    this.#owner.fail(new ClientError('handler-failed', what, cause));
  }

  /** An unclaimed message has waited in vain. */
  #giveUp(receipt: Receipt): void {
    const { unclaimed, unclaimedHandler } = this.#options;
    if (unclaimedHandler !== undefined) {
      this.#bytes += messageBytes(receipt);
      this.#catchAll ??= new Subscription('#', {}, unclaimedHandler, this);
      this.#catchAll.push(receipt);
    } else if (unclaimed.policy === 'end') {
      const what = `No subscription takes a message of ${receipt.topic}`;
      if (!this.#ended) this.#owner.abort(new ClientError('unclaimed', what));
    } else {
      this.#drop(receipt);
      this.#tellDropped(receipt.topic);
    }
  }

  #hold(receipt: Receipt): void {
    if (this.#ended) return;
    this.#unclaimed ??= new UnclaimedMessages(
      this.#options.unclaimed,
      this.#unclaimedEndMs ?? Infinity,
      this.#owner,
      (given) => this.#giveUp(given),
    );
    this.#unclaimed.hold(receipt);
  }

  /**
   * Hands a message to whom it is for. It is held meanwhile, or the first to be done would have it
   * acknowledged.
   *
   * @returns Whether anybody has taken it.
   */
  #offer(receipt: Receipt): boolean {
    const takers = this.#subscriptions.matching(receipt.topic);
    if (takers.length === 0) return false;
    receipt.holders++;
    this.#bytes += messageBytes(receipt);
    for (const subscription of takers) subscription.push(receipt);
    this.done(receipt);
    return true;
  }

  #drop(receipt: Receipt): void {
    this.lost++;
    this.#owner.consumed(receipt);
  }

  /** At most once a second: a server must not make a program busy with it. */
  #tellDropped(topic: string): void {
    this.#untold++;
    const { nowMs } = this;
    if (this.#toldAtMs !== undefined && nowMs - this.#toldAtMs < TELL_EVERY_MS) return;
    const what = `Dropped ${this.#untold} that no subscription takes, the last of ${topic}`;
    this.#owner.fail(new ClientError('unclaimed', what));
    this.#toldAtMs = nowMs;
    this.#untold = 0;
  }
}

const TELL_EVERY_MS = 1000;

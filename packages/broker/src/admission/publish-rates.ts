import type { Limits } from '../model/limits.js';
import { TokenBucket } from './token-bucket.js';

/**
 * How fast clients may publish: in messages and bytes, each client for itself and all of an address
 * together. A second's worth may come at once.
 */
export class PublishRates {
  readonly #limits: Limits;
  /** Addresses of which somebody is connected: there are no more than connections. */
  readonly #byAddress = new Map<string, Shared>();

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Addresses that are measured now. */
  get addresses(): number {
    return this.#byAddress.size;
  }

  /** A client has come. @returns Its meter, or `undefined` where nothing is limited. */
  enter(address: string, nowMs: number): PublishMeter | undefined {
    const {
      publishRateMax,
      publishBytesRateMax,
      publishRatePerAddressMax,
      publishBytesRatePerAddressMax,
    } = this.#limits;
    const messages = bucketsOf([publishRateMax], nowMs);
    const bytes = bucketsOf([publishBytesRateMax], nowMs);
    if (publishRatePerAddressMax > 0 || publishBytesRatePerAddressMax > 0) {
      const shared = this.#byAddress.get(address) ?? {
        clients: 0,
        messages: bucketsOf([publishRatePerAddressMax], nowMs),
        bytes: bucketsOf([publishBytesRatePerAddressMax], nowMs),
      };
      this.#byAddress.set(address, shared);
      shared.clients++;
      messages.push(...shared.messages);
      bytes.push(...shared.bytes);
    }
    if (messages.length === 0 && bytes.length === 0) return undefined;
    return new PublishMeter(messages, bytes, () => this.#leave(address));
  }

  #leave(address: string): void {
    const shared = this.#byAddress.get(address);
    if (shared !== undefined && --shared.clients === 0) this.#byAddress.delete(address);
  }
}

/** The rates that one client is measured by. */
export class PublishMeter {
  readonly #messages: readonly TokenBucket[];
  readonly #bytes: readonly TokenBucket[];
  #onClose: (() => void) | undefined;

  constructor(
    messages: readonly TokenBucket[],
    bytes: readonly TokenBucket[],
    onClose: () => void,
  ) {
    this.#messages = messages;
    this.#bytes = bytes;
    this.#onClose = onClose;
  }

  /**
   * A PUBLISH of so many bytes has come. @returns For how many ms it is too fast; 0 if it is not.
   */
  take(packetBytes: number, nowMs: number): number {
    let waitMs = 0;
    for (const bucket of this.#messages) waitMs = Math.max(waitMs, bucket.take(1, nowMs));
    for (const bucket of this.#bytes) waitMs = Math.max(waitMs, bucket.take(packetBytes, nowMs));
    return waitMs;
  }

  /** Whether there is no debt, so that one more may come. */
  ready(nowMs: number): boolean {
    return (
      this.#messages.every((bucket) => bucket.holds(1, nowMs))
      && this.#bytes.every((bucket) => bucket.holds(1, nowMs))
    );
  }

  /** The client has gone. Once is enough. */
  close(): void {
    this.#onClose?.();
    this.#onClose = undefined;
  }
}

interface Shared {
  clients: number;
  readonly messages: readonly TokenBucket[];
  readonly bytes: readonly TokenBucket[];
}

function bucketsOf(rates: readonly number[], nowMs: number): TokenBucket[] {
  return rates.filter((rate) => rate > 0).map((rate) => new TokenBucket(rate, rate, nowMs));
}

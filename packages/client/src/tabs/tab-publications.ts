import type { QoS } from '@magpie/protocol';
import { ClientError } from '../errors.js';
import type { PortOfTab } from './tab-port.js';
import { fromWire, type WireError } from './wire-error.js';

interface TabMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: QoS;
  readonly retain: boolean;
}

interface Waiting extends TabMessage {
  readonly settled: (error: Error | undefined) => void;
}

/**
 * What a tab has published and what is not done. A new host gets it again, in order, but for what
 * its predecessor has accepted and kept: that is done when all of its kind is.
 */
export class TabPublications {
  /** By number; insertion order is the order of the tab. */
  readonly #waiting = new Map<number, Waiting>();
  #bytes = 0;
  #number = 0;
  /** Up to this number a predecessor of the host has accepted. */
  #accepted = 0;
  #tellIdle: (() => void)[] = [];

  publish(
    message: TabMessage,
    port: PortOfTab | undefined,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const bytes = message.topic.length + message.payload.length;
    if (this.#waiting.size >= WAITING_MAX || this.#bytes + bytes > WAITING_BYTES_MAX) {
      const what = `Cannot publish to ${message.topic}`;
      return Promise.reject(new ClientError('outbox-full', what));
    }
    const number = ++this.#number;
    this.#bytes += bytes;
    return new Promise((resolve, reject) => {
      const aborted = () => reject(signal?.reason as Error);
      const settled = (error: Error | undefined) => {
        this.#bytes -= bytes;
        signal?.removeEventListener('abort', aborted);
        if (error === undefined) resolve();
        else reject(error);
      };
      signal?.addEventListener('abort', aborted);
      this.#waiting.set(number, { ...message, settled });
      port?.post({ type: 'publish', number, ...message });
    });
  }

  /** @param accepted Publishes up to this number are not to be sent again. */
  joined(port: PortOfTab, accepted: number): void {
    this.#accepted = accepted;
    for (const [number, { topic, payload, qos, retain }] of this.#waiting) {
      if (number > accepted) port.post({ type: 'publish', number, topic, payload, qos, retain });
    }
  }

  /** What a predecessor of the host has accepted is done. */
  restored(): void {
    for (const number of this.#waiting.keys()) {
      if (number <= this.#accepted) this.settle(number, undefined);
    }
  }

  settle(number: number, error: WireError | undefined): void {
    const waiting = this.#waiting.get(number);
    if (waiting === undefined) return;
    this.#waiting.delete(number);
    waiting.settled(error === undefined ? undefined : fromWire(error));
    this.#lookIdle();
  }

  /** Resolves when nothing waits. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#tellIdle.push(resolve);
      this.#lookIdle();
    });
  }

  abandon(why: Error): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { settled } of waiting) settled(why);
  }

  #lookIdle(): void {
    if (this.#waiting.size === 0) for (const tell of this.#tellIdle.splice(0)) tell();
  }
}

/** What a tab may have on its way; more is refused. */
const WAITING_MAX = 10_000;
const WAITING_BYTES_MAX = 16_777_216;

import type { Client } from '../client.js';
import { ClientError } from '../errors.js';
import type { Clock } from '../model/clock.js';
import type { ReceivedMessage } from '../subscriptions/received-message.js';
import type { Subscription } from '../subscriptions/subscription.js';
import type { TabRequest } from './tab-messages.js';
import type { TabOutbox } from './tab-outbox.js';
import type { PortOfHost } from './tab-port.js';
import { toWire } from './wire-error.js';

/** What a host uses of its client. */
export type HostClient = Pick<
  Client,
  'state' | 'on' | 'start' | 'publish' | 'subscribe' | 'statistics' | 'end'
>;

/** A connection that is shared. */
export interface HostSession {
  readonly client: HostClient;
  /** `undefined`: nothing is kept. */
  readonly outbox: TabOutbox | undefined;
}

interface Hosted {
  readonly filter: string;
  /** `undefined` while it is being made. */
  subscription: Subscription | undefined;
  /** The tab has a message, and has not said that it is done. */
  release: (() => void) | undefined;
  cancelTimer: (() => void) | undefined;
  /** It has had it for too long: whatever comes goes by. */
  lagging: boolean;
  dropped: number;
}

/**
 * One tab, as its host sees it: what it publishes and subscribes to goes to the shared client.
 *
 * A tab gets one message of a subscription at a time. One that does not answer for
 * {@link STALL_MS}, as a tab that the browser has frozen, misses messages; the others go on.
 */
export class HostedTab {
  readonly #tab: string;
  readonly #port: PortOfHost;
  readonly #session: HostSession;
  readonly #clock: Clock;
  readonly #subscriptions = new Map<number, Hosted>();
  #left = false;

  constructor(tab: string, parts: { port: PortOfHost; session: HostSession; clock: Clock }) {
    this.#tab = tab;
    this.#port = parts.port;
    this.#session = parts.session;
    this.#clock = parts.clock;
  }

  get port(): PortOfHost {
    return this.#port;
  }

  /** Filters of its subscriptions. */
  filters(): string[] {
    return [...this.#subscriptions.values()].map(({ filter }) => filter);
  }

  handle(request: Exclude<TabRequest, { readonly type: 'hello' | 'resumed' | 'bye' }>): void {
    switch (request.type) {
      case 'publish':
        this.#publish(request);
        return;
      case 'subscribe':
        this.#subscribe(request);
        return;
      case 'unsubscribe':
        void this.#unsubscribe(request.id);
        return;
      case 'statistics': {
        const statistics = this.#session.client.statistics();
        this.#tell({ type: 'statistics', number: request.number, statistics });
        return;
      }
      case 'done':
        this.#done(request.id);
    }
  }

  /** The tab is gone, or its host goes: nothing more is told. */
  leave(): void {
    this.#left = true;
    for (const id of this.#subscriptions.keys()) void this.#unsubscribe(id);
    this.#port.close();
  }

  /** The host goes and another takes over: subscriptions stay. */
  abandon(): void {
    this.#left = true;
    for (const hosted of this.#subscriptions.values()) hosted.cancelTimer?.();
  }

  #publish(request: Extract<TabRequest, { readonly type: 'publish' }>): void {
    const { number, topic, payload, qos, retain } = request;
    const { client, outbox } = this.#session;
    const settled = (error: unknown) => {
      if (this.#left) return;
      const wire = error === undefined ? undefined : toWire(error);
      this.#port.post({ type: 'settled', number, error: wire });
    };
    void client.publish(topic, payload, { qos, retain }).then(() => settled(undefined), settled);
    if (qos > 0) outbox?.accept(this.#tab, number);
  }

  #subscribe({ id, filter, qos, bufferMax }: Extract<TabRequest, { readonly type: 'subscribe' }>) {
    const hosted: Hosted = {
      filter,
      subscription: undefined,
      release: undefined,
      cancelTimer: undefined,
      lagging: false,
      dropped: 0,
    };
    this.#subscriptions.set(id, hosted); // before: messages may be there that have waited for it
    this.#session.outbox?.setFilter(filter, true);
    const hand = (message: ReceivedMessage) => this.#hand(id, message);
    const subscription = this.#session.client.subscribe(filter, { qos, bufferMax }, hand);
    hosted.subscription = subscription;
    void subscription.ready.then(
      (granted) => this.#tell({ type: 'granted', id, qos: granted }),
      (error: unknown) => {
        if (!this.#subscriptions.delete(id)) return; // it was the tab that has left
        const code = error instanceof ClientError ? error.code : undefined;
        if (code !== 'ended') this.#tell({ type: 'refused', id, error: toWire(error) });
      },
    );
  }

  async #unsubscribe(id: number): Promise<void> {
    const hosted = this.#subscriptions.get(id);
    if (hosted === undefined) return;
    this.#subscriptions.delete(id);
    this.#release(hosted);
    try {
      await hosted.subscription?.unsubscribe();
    } catch {
      // The connection was lost meanwhile: the client says it again.
    }
    this.#tell({ type: 'unsubscribed', id });
  }

  /** @returns When the tab is done with it. */
  #hand(id: number, message: ReceivedMessage): Promise<void> | undefined {
    const hosted = this.#subscriptions.get(id);
    if (hosted === undefined || this.#left) return undefined;
    if (hosted.lagging) {
      hosted.dropped++;
      return undefined;
    }
    const { topic, bytes: payload, qos, retain, dup, packetId } = message;
    this.#port.post({ type: 'message', id, topic, payload, qos, retain, dup, packetId });
    return new Promise((resolve) => {
      hosted.release = resolve;
      hosted.cancelTimer = this.#clock.after(STALL_MS, () => {
        hosted.lagging = true;
        this.#release(hosted);
      });
    });
  }

  #done(id: number): void {
    const hosted = this.#subscriptions.get(id);
    if (hosted === undefined) return;
    if (hosted.lagging) {
      hosted.lagging = false;
      if (hosted.dropped > 0) this.#tell({ type: 'dropped', id, count: hosted.dropped });
      hosted.dropped = 0;
    }
    this.#release(hosted);
  }

  #release(hosted: Hosted): void {
    hosted.cancelTimer?.();
    hosted.cancelTimer = undefined;
    const { release } = hosted;
    hosted.release = undefined;
    release?.();
  }

  #tell(reply: Parameters<PortOfHost['post']>[0]): void {
    if (!this.#left) this.#port.post(reply);
  }
}

/** How long a tab may take for one message before others need no longer wait for it. */
export const STALL_MS = 60_000;

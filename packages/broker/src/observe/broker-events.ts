import type { QoS } from '@magpie/protocol';
import type { DropReason } from '../model/drop-reason.js';
import type { Message } from '../model/message.js';
import type { Principal } from '../model/principal.js';
import { Channel } from './channel.js';
import type { Logger } from './logger.js';

/**
 * What an embedding program can listen to. A message in an event is valid only while it is called.
 */
export interface BrokerEventMap {
  /** A CONNECT was accepted. */
  connected: { readonly client: Principal; readonly sessionPresent: boolean };
  /** The connection of an accepted client ended; `reason` is one of a few fixed words. */
  disconnected: { readonly client: Principal; readonly reason: string };
  subscribed: { readonly clientId: string; readonly filter: string; readonly qos: QoS };
  unsubscribed: { readonly clientId: string; readonly filter: string };
  /** A message was accepted from a client or from inside. */
  published: { readonly message: Message };
  /** A message was handed to the connection of a client. */
  delivered: { readonly message: Message; readonly clientId: string; readonly qos: QoS };
  /** A message did not reach a session (or anybody, then `clientId` is undefined). */
  dropped: {
    readonly message: Message | undefined;
    readonly clientId: string | undefined;
    readonly reason: DropReason;
  };
  /**
   * The store failed: nothing that needs it is acknowledged. `lost`: it is over, so start the
   * process again. If not, it is tried again until it works, and that is told once.
   */
  storeFailed: { readonly error: unknown; readonly lost: boolean };
  /** It works again, after so many commits that failed, and what waited is acknowledged. */
  storeRecovered: { readonly downMs: number; readonly retries: number };
}

export type BrokerEventName = keyof BrokerEventMap;

/** One {@link Channel} per event, so that the hot path pays a field access for an unused one. */
export class BrokerEvents {
  readonly connected: Channel<BrokerEventMap['connected']>;
  readonly disconnected: Channel<BrokerEventMap['disconnected']>;
  readonly subscribed: Channel<BrokerEventMap['subscribed']>;
  readonly unsubscribed: Channel<BrokerEventMap['unsubscribed']>;
  readonly published: Channel<BrokerEventMap['published']>;
  readonly delivered: Channel<BrokerEventMap['delivered']>;
  readonly dropped: Channel<BrokerEventMap['dropped']>;
  readonly storeFailed: Channel<BrokerEventMap['storeFailed']>;
  readonly storeRecovered: Channel<BrokerEventMap['storeRecovered']>;

  constructor(log: Logger) {
    const onError = (error: unknown) => {
      log.error({ event: 'listener-failed', err: error }, 'a listener of the program threw');
    };
    this.connected = new Channel(onError);
    this.disconnected = new Channel(onError);
    this.subscribed = new Channel(onError);
    this.unsubscribed = new Channel(onError);
    this.published = new Channel(onError);
    this.delivered = new Channel(onError);
    this.dropped = new Channel(onError);
    this.storeFailed = new Channel(onError);
    this.storeRecovered = new Channel(onError);
  }
}

import type { QoS } from '@magpie/protocol';
import type { ClientStatistics } from '../model/client-statistics.js';
import type { WireError } from './wire-error.js';
import type { WireState } from './wire-state.js';

/** What a tab asks of its host. */
export type TabRequest =
  /** The first one; `welcome` or `failed` answers. `tab`: its name, which no other has. */
  | { readonly type: 'hello'; readonly tab: string }
  /** `number`: counts the publishes of a tab, from 1. `settled` answers. */
  | {
      readonly type: 'publish';
      readonly number: number;
      readonly topic: string;
      readonly payload: Uint8Array;
      readonly qos: QoS;
      readonly retain: boolean;
    }
  /** `granted` or `refused` answers. */
  | {
      readonly type: 'subscribe';
      readonly id: number;
      readonly filter: string;
      readonly qos: QoS;
      readonly bufferMax: number;
    }
  /** After a welcome: all that the tab has subscribed to before has been asked for again. */
  | { readonly type: 'resumed' }
  /** `unsubscribed` answers. */
  | { readonly type: 'unsubscribe'; readonly id: number }
  /** The tab is done with the message of this subscription: the next may come. */
  | { readonly type: 'done'; readonly id: number }
  /** `statistics` with the same number answers. */
  | { readonly type: 'statistics'; readonly number: number }
  /** The tab goes. */
  | { readonly type: 'bye' };

/** What a host tells a tab. */
export type HostReply =
  | {
      readonly type: 'welcome';
      /** Its name, which no other has. */
      readonly host: string;
      /** The name of what is shared; a host that takes over says the same. */
      readonly connection: string;
      readonly state: WireState;
      /** Publishes of this tab up to this number are the host's business, or its predecessor's. */
      readonly accepted: number;
    }
  /** There is no connection to be shared, and why. */
  | { readonly type: 'failed'; readonly error: WireError }
  | { readonly type: 'state'; readonly state: WireState }
  | { readonly type: 'error'; readonly error: WireError }
  | { readonly type: 'settled'; readonly number: number; readonly error: WireError | undefined }
  /** All that a predecessor had accepted is done. */
  | { readonly type: 'restored' }
  | { readonly type: 'granted'; readonly id: number; readonly qos: QoS }
  | { readonly type: 'refused'; readonly id: number; readonly error: WireError }
  | { readonly type: 'unsubscribed'; readonly id: number }
  /** One at a time for each subscription: `done` answers. */
  | {
      readonly type: 'message';
      readonly id: number;
      readonly topic: string;
      readonly payload: Uint8Array;
      readonly qos: QoS;
      readonly retain: boolean;
      readonly dup: boolean;
      readonly packetId: number;
    }
  /** Of the shared connection. */
  | {
      readonly type: 'statistics';
      readonly number: number;
      readonly statistics: ClientStatistics;
    }
  /** The tab did not answer for too long: so many messages went by meanwhile. */
  | { readonly type: 'dropped'; readonly id: number; readonly count: number };

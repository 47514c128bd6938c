import type { WebStorage } from '../outbox/indexeddb/web-storage.js';
import type { ChannelLike } from './leader-channel.js';
import type { MessagePortLike } from './tab-port.js';

/** What is used of a SharedWorker. */
export interface SharedWorkerLike {
  readonly port: MessagePortLike;
  addEventListener(type: 'error', listener: () => void): void;
}

/** The globals of a page or of a SharedWorker that tabs meet by; tests bring their own. */
export interface TabWorld extends WebStorage {
  readonly BroadcastChannel?: new (name: string) => ChannelLike;
  /** `undefined` where a browser has none, as Chrome on Android. */
  readonly SharedWorker?: unknown;
}

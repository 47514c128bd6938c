import type { ClientError } from '../errors.js';

/** Where a client is; one of these at any time. */
export type ClientState =
  | { readonly type: 'idle' }
  /** Reaching the server, or waiting for its CONNACK. */
  | { readonly type: 'connecting'; readonly server: string; readonly attempt: number }
  | { readonly type: 'connected'; readonly server: string; readonly sessionPresent: boolean }
  /** Until the next attempt. */
  | { readonly type: 'waiting'; readonly delayMs: number; readonly why: ClientError }
  /** Finishing what is under way before it disconnects. */
  | { readonly type: 'ending' }
  /** `why`: it gave up; `undefined`: it was asked to end. */
  | { readonly type: 'ended'; readonly why: ClientError | undefined };

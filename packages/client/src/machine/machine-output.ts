import type { ClientState } from '../model/client-state.js';
import type { Receipt } from '../session/receipt.js';
import type { Refusal } from '../session/subscription-requests.js';

/** What the driver is to do. */
export type MachineOutput =
  /** Reach this server; then `opened` or `closed`. */
  | { readonly type: 'open'; readonly server: URL }
  /** Send what is written, then end the connection; `now`: just end it. */
  | { readonly type: 'close'; readonly now: boolean }
  | ClientOutput;

/** What the client is to be told. */
export type ClientOutput =
  | { readonly type: 'state'; readonly state: ClientState }
  /** A message arrived. */
  | ({ readonly type: 'publish' } & Receipt)
  | Refusal;

/** What a machine sees of the connection. */
export interface LinkView {
  /** The network takes bytes more slowly than it is given. */
  readonly congested: boolean;
  /** The driver has stopped reading. */
  readonly paused: boolean;
  /** Something waits to be sent: it leaves at the end of the turn. */
  written(): void;
}

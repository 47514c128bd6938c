import type { QoS } from '@magpie/protocol';
import type { Principal } from '../model/principal.js';

/**
 * Decides what a connected client may do. A promise keeps only that one client waiting, in order.
 */
export interface Authorizer {
  /** Called per message: answer without a promise where possible. */
  mayPublish(
    client: Principal,
    topic: string,
    qos: QoS,
    retain: boolean,
  ): boolean | Promise<boolean>;
  /** @param filter As subscribed to, without `$share/group/`. */
  maySubscribe(client: Principal, filter: string, qos: QoS): boolean | Promise<boolean>;
}

/** Allows everything. */
export class AllowAll implements Authorizer {
  mayPublish(): boolean {
    return true;
  }

  maySubscribe(): boolean {
    return true;
  }
}

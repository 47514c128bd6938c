import type { QoS } from '@magpie/protocol';
import type { Principal } from '../model/principal.js';

/**
 * Decides what a connected client may do. A promise keeps only that one client waiting, in order.
 *
 * If it throws or rejects, the client's connection is closed and nothing is acknowledged, so the
 * client may try again; that is logged as `authorizer-failed`. A will is then not published.
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

import type { Authorizer } from '../auth/authorizer.js';
import type { Principal } from '../model/principal.js';

/**
 * Which messages may go to one session. As a rule that was settled when it subscribed, and nothing
 * is asked. There are two exceptions:
 *
 * - a subscription was granted on the terms that each message is checked: all messages are;
 * - the rights of the client have changed: what waited in the session then is checked.
 */
export class DeliveryRights {
  readonly #authorizer: Authorizer;
  /** Whose session it is; `undefined`: its client has not come since the broker started. */
  client: Principal | undefined;
  /** Whether every message is checked. */
  checksAll = false;
  /** What has a lower sequence number waited when the rights changed. QoS 0 has -1. */
  #checksBelow = -1;

  constructor(authorizer: Authorizer) {
    this.#authorizer = authorizer;
  }

  /** The rights have changed. @param nextSequence What waits has a lower sequence number. */
  changed(checksAll: boolean, nextSequence: number): void {
    this.checksAll = checksAll;
    this.#checksBelow = nextSequence;
  }

  /** Whether the client may not have a message of this topic. */
  refuses(topic: string): boolean {
    if (this.client === undefined) return false; // it is asked when the client is there
    return this.#authorizer.mayDeliver?.(this.client, topic) === false;
  }

  /** The same for a message that has waited. */
  refusesWaiting(topic: string, sequence: number): boolean {
    return (this.checksAll || sequence < this.#checksBelow) && this.refuses(topic);
  }
}

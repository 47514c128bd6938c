import type { Authorizer } from '../auth/authorizer.js';
import type { Principal } from '../model/principal.js';

/**
 * Which messages may go to one session. As a rule that was settled when it subscribed, and nothing
 * is asked. There are three exceptions:
 *
 * - a subscription was granted on the terms that each message is checked: all messages are;
 * - rules or client are others, and what was granted before has not been looked at yet: all are;
 * - it has been looked at: what waited in the session then is checked.
 */
export class DeliveryRights {
  readonly #authorizer: Authorizer;
  /** Whose session it is; `undefined`: its client has not come since the broker started. */
  client: Principal | undefined;
  /** Whether every message is checked, since a subscription asks for it. */
  checksAll = false;
  /** What has a lower sequence number waited when the rights changed. QoS 0 has -1. */
  #checksBelow = -1;
  /** Of the answers by which its subscriptions were granted or looked at. */
  #generation: number | undefined;
  /** Counts how often somebody has begun to look at it. */
  #looks = 0;

  constructor(authorizer: Authorizer) {
    this.#authorizer = authorizer;
    this.#generation = authorizer.generation;
  }

  /** Whether what was granted is still to be looked at, by the answers that hold now. */
  get unsettled(): boolean {
    return this.#generation !== this.#authorizer.generation;
  }

  /** Whether every message has to be checked. Asked per delivery. */
  get checks(): boolean {
    return this.checksAll || this.#generation !== this.#authorizer.generation;
  }

  /** What was granted holds no longer without being looked at: the client is another one. */
  unsettle(): void {
    if (this.#authorizer.generation !== undefined) this.#generation = NEVER;
  }

  /**
   * Somebody begins to look at all that was granted, and sets {@link checksAll} where it has to be;
   * so does who grants something meanwhile.
   *
   * @returns The number of this look: if {@link isLook} says no, somebody else has begun anew.
   */
  look(): number {
    this.checksAll = false;
    return ++this.#looks;
  }

  isLook(look: number): boolean {
    return look === this.#looks;
  }

  /** All was looked at. @param nextSequence What waits has a lower sequence number. */
  settle(nextSequence: number): void {
    this.#generation = this.#authorizer.generation;
    this.#checksBelow = nextSequence;
  }

  /** Whether the client may not have a message of this topic. */
  refuses(topic: string): boolean {
    if (this.client === undefined) return false; // it is asked when the client is there
    return this.#authorizer.mayDeliver?.(this.client, topic) === false;
  }

  /** The same for a message that has waited. */
  refusesWaiting(topic: string, sequence: number): boolean {
    return (this.checks || sequence < this.#checksBelow) && this.refuses(topic);
  }
}

/** No authorizer has it. */
const NEVER = -1;

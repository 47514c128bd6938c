import type { QoS } from '@magpie/protocol';
import type { Principal } from '../model/principal.js';

/** A no that says more than `false`. */
export interface Denial {
  /** What says no, in a few words for the log: `acl.yaml:12`. */
  readonly rule: string;
  /** Its line, which is all that the client is told of it. */
  readonly line?: number;
  /**
   * Whether to close the connection of a client that publishes so. Otherwise its message is
   * acknowledged and dropped, since MQTT 3.1.1 has no other no (MQTT-3.3.5-2).
   */
  readonly disconnect?: boolean;
}

/** Whether a message may be published. */
export type PublishAnswer = boolean | Denial;

/**
 * Whether a subscription is granted. `checked`: it is, and {@link Authorizer.mayDeliver} is asked
 * for each message before it goes to the session. A shared subscription is not granted so.
 */
export type SubscribeAnswer = boolean | 'checked' | Denial;

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
  ): PublishAnswer | Promise<PublishAnswer>;
  /** @param filter As subscribed to, without `$share/group/`. */
  maySubscribe(
    client: Principal,
    filter: string,
    qos: QoS,
  ): SubscribeAnswer | Promise<SubscribeAnswer>;
  /**
   * Whether messages of this topic may go to this client. Asked for sessions with a subscription
   * that is `checked`, and for what waits in a session when its rights have changed. Without this
   * method everything may.
   */
  mayDeliver?(client: Principal, topic: string): boolean;
  /**
   * Another number whenever answers may be other ones than before. A SUBSCRIBE about which not
   * everything was asked yet is then asked about from the start.
   */
  readonly generation?: number;
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

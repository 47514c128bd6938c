import type { QoS } from '@magpie/protocol';
import type { DropReason } from './drop-reason.js';

/** What has become of the retained message of the topic. */
export type RetainOutcome = 'kept' | 'cleared' | 'refused';

/**
 * Hangs on a message that somebody follows through the broker; each station reports to it. Messages
 * that nobody follows have none, so a station costs them one comparison.
 */
export interface MessageTrace {
  /** Its publisher may publish it. @param rule What says so, if that is known. */
  authorised(rule: string | undefined): void;
  retained(outcome: RetainOutcome): void;
  /** @param groups Shared subscriptions, each with one receiver. */
  matched(subscribers: number, groups: number): void;
  /** It was handed to everybody. */
  routed(): void;
  /** @param commit Its number; 0: the store is memory. */
  stored(commit: number): void;
  /** The publisher was told that it has arrived. */
  answered(packet: 'puback' | 'pubrec'): void;
  /** It waits for this client. */
  queued(clientId: string, qos: QoS): void;
  /** It was handed to the connection of this client. Empty: to the program. */
  sent(clientId: string, how: SentHow): void;
  acknowledged(clientId: string, packet: 'puback' | 'pubrec' | 'pubcomp'): void;
  /** @param clientId Whom it does not reach; `undefined`: nobody at all. */
  dropped(reason: DropReason, clientId?: string, rule?: string): void;
  /** Whether what becomes of it at this client is told, and not only counted. */
  follows(clientId: string): boolean;
  /** Something will be reported later. Each call is followed by one of {@link closed}. */
  opened(): void;
  /** That was reported. It is opened from the start, until the message was handled. */
  closed(): void;
}

/** How a message is sent to a client. */
export interface SentHow {
  readonly qos: QoS;
  /** It answers a subscription (RETAIN is set). */
  readonly retained: boolean;
  /** It was sent before. */
  readonly dup: boolean;
}

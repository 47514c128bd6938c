import { DROP_REASONS, type DropReason } from '../model/drop-reason.js';
import type { Counters } from './counters.js';

const REASONS = Object.keys(DROP_REASONS) as readonly DropReason[];

/** What has begun and is not over. */
export interface Unfinished {
  /** Messages whose authorizer has not answered. */
  readonly decidingMessages: number;
  readonly queuedMessages: number;
  readonly inflightMessages: number;
}

/**
 * What nobody can say the whereabouts of: always 0, or there is a bug in the broker. Ask between
 * turns: while a message is on its way, it is on neither side.
 *
 *     messages     received + from inside = routed + being decided + dropped
 *     deliveries   begun = ended + queued + in flight + dropped
 *
 * Each drop has a reason of `DROP_REASONS`, which says what of the two it is a part of.
 */
export function unaccounted(
  counters: Readonly<Counters>,
  unfinished: Unfinished,
): { readonly messages: number; readonly deliveries: number } {
  const { messagesReceived, messagesFromInside, messagesRouted } = counters;
  const { deliveriesBegun, deliveriesEnded } = counters;
  const { decidingMessages, queuedMessages, inflightMessages } = unfinished;
  const dropped = { message: 0, delivery: 0 };
  for (const reason of REASONS) dropped[DROP_REASONS[reason].of] += counters.dropped[reason];
  const messages = messagesReceived + messagesFromInside - messagesRouted - decidingMessages;
  const deliveries = deliveriesBegun - deliveriesEnded - queuedMessages - inflightMessages;
  return { messages: messages - dropped.message, deliveries: deliveries - dropped.delivery };
}

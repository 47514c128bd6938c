import { type ArrivalFields, arrival } from '../mqtt/message.testing.js';
import { TopicTally } from './topic-tally.js';
import { valueText } from './value-text.js';

/** A message, and when it came. */
export type Timed = ArrivalFields & { readonly atSeconds?: number };

/** A tally of these messages, two seconds after it began. */
export function tallyOf(
  messages: readonly Timed[],
  limits?: ConstructorParameters<typeof TopicTally>[1],
): { readonly tally: TopicTally; readonly nowMs: number } {
  const beganMs = arrival().atMs;
  const value = valueText(({ message }) => message.payload);
  const tally = limits === undefined ? new TopicTally(value) : new TopicTally(value, limits);
  for (const { atSeconds = 0, ...fields } of messages) {
    tally.take({ ...arrival(fields), atMs: beganMs + atSeconds * 1000 });
  }
  return { tally, nowMs: beganMs + 2000 };
}

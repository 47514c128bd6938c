import type { ReceivedMessage } from '@magpie/client';
import type { Arrival } from './message-line.js';

/** Fields of a message; `text` is its payload. */
export type ArrivalFields = Partial<Omit<ReceivedMessage, 'text'>> & { readonly text?: string };

/** A message as the client hands it on, at 2026-01-31 08:05:09.25 UTC. */
export function arrival({ text = 'on', ...rest }: ArrivalFields = {}): Arrival {
  const payload = rest.payload ?? Buffer.from(text);
  const message = {
    topic: 'home/lamp',
    bytes: payload,
    qos: 0,
    retain: false,
    dup: false,
    packetId: 0,
    text: () => Buffer.from(payload).toString(),
    ...rest,
    payload,
  } as ReceivedMessage;
  return { message, atMs: Date.UTC(2026, 0, 31, 8, 5, 9, 250) };
}

import type { Packet } from '@magpie/protocol';
import type { Ledger, Stream } from './ledger.js';
import { type LinkHandler, MqttLink } from './mqtt-link.js';

/** A stream whose messages are retained, each in the place of the one before. */
export interface Kept {
  readonly stream: Stream;
  readonly topic: string;
}

/**
 * Asks for all retained messages and compares: each topic keeps the last one of its stream, which
 * has to be acknowledged by now.
 */
export async function checkRetained(
  port: number,
  expected: readonly Kept[],
  ledger: Ledger,
): Promise<void> {
  const sent = expected.filter(({ stream }) => stream.sent > 0);
  const found = await retainedMessages(port, sent.length);
  for (const { stream, topic } of sent) {
    const wanted = stream.sent - 1;
    const number = found.get(topic);
    if (number === wanted) continue;
    ledger.fault(`${topic} keeps ${number ?? 'nothing'} instead of ${wanted}, which came last`);
  }
}

/** The number in each retained message, by topic: of so many topics, or of those that come. */
async function retainedMessages(port: number, count: number): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  await new Promise<void>((resolve) => {
    const deadline = setTimeout(resolve, ANSWER_MS);
    const handler: LinkHandler = {
      received(packet: Packet) {
        if (packet.type === 'connack') {
          const subscriptions = [{ filter: 'kept/#', qos: 0 }] as const;
          link.send({ type: 'subscribe', packetId: 1, subscriptions });
        } else if (packet.type === 'publish') {
          found.set(packet.topic, Number.parseInt(Buffer.from(packet.payload).toString(), 10));
        }
        if (found.size === count) link.cut();
      },
      lost() {
        clearTimeout(deadline);
        resolve();
      },
    };
    const link = new MqttLink(port, handler);
    link.open('retained-check');
  });
  return found;
}

const ANSWER_MS = 5000;

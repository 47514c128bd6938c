import type { Packet } from '@magpie/protocol';
import type { Ledger } from './ledger.js';
import { type LinkHandler, MqttLink } from './mqtt-link.js';

/** What a topic may keep. */
export interface Kept {
  readonly topic: string;
  /** Numbers of messages; `undefined` stands for none. */
  readonly accepts: ReadonlySet<number | undefined>;
}

/** Asks for all retained messages and compares. */
export async function checkRetained(
  port: number,
  expected: readonly Kept[],
  ledger: Ledger,
): Promise<void> {
  const needed = expected.filter(({ accepts }) => !accepts.has(undefined));
  const found = await retainedMessages(
    port,
    needed.map(({ topic }) => topic),
  );
  for (const { topic, accepts } of expected) {
    const number = found.get(topic);
    if (accepts.has(number)) continue;
    const wanted = [...accepts].map((one) => one ?? 'nothing').join(' or ');
    ledger.fault(`${topic} keeps ${number ?? 'nothing'} instead of ${wanted}, which came last`);
  }
}

/** The number in each retained message, by topic, when these are there or nothing more comes. */
async function retainedMessages(
  port: number,
  needed: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const missing = new Set(needed);
  const found = new Map<string, number>();
  await new Promise<void>((resolve) => {
    const deadline = setTimeout(resolve, ANSWER_MS);
    const handler: LinkHandler = {
      received(packet: Packet) {
        if (packet.type === 'connack') {
          const subscriptions = ['kept/#', 'will/#'].map((filter) => ({ filter, qos: 0 as const }));
          link.send({ type: 'subscribe', packetId: 1, subscriptions });
        } else if (packet.type === 'publish') {
          missing.delete(packet.topic);
          found.set(packet.topic, Number.parseInt(Buffer.from(packet.payload).toString(), 10));
        }
        if (missing.size === 0) link.cut();
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

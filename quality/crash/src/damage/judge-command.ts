import type { Packet } from '@magpie/protocol';
import { BrokerProcess } from '../broker-process.js';
import { magpie } from '../magpie.js';
import { type LinkHandler, MqttLink } from '../mqtt-link.js';
import type { Files } from './damages.js';
import { differenceOf, holdsNothing, type Verdict } from './judge-store.js';
import { CLIENTS, type KnownStore } from './known-store.js';

/**
 * Starts the real command on a store whose files were damaged. Either it ends with exit code 1 and
 * one line that says why, or every client gets what waits for it.
 */
export async function judgeCommand(dir: string, files: Files, known: KnownStore): Promise<Verdict> {
  const broker = new BrokerProcess(magpie(dir));
  const port = await broker.port;
  if (port === undefined) return refusal(broker);
  try {
    for (const clientId of CLIENTS) {
      const expected = messagesOf(known, clientId);
      const found = await receive(port, clientId, expected.length);
      const difference = differenceOf(found, expected);
      if (difference === undefined) continue;
      if (holdsNothing(files) && found.length === 0) return { outcome: 'new', said: '' };
      return { outcome: 'wrong', said: `to ${clientId}: ${difference}` };
    }
    return { outcome: 'right', said: '' };
  } finally {
    await broker.kill();
  }
}

function refusal(broker: BrokerProcess): Verdict {
  const lines = broker.said.split('\n').filter((line) => !line.startsWith('{'));
  const [said = ''] = lines;
  const isBug = said.includes('A bug in Magpie');
  const isClear = lines.length === 1 && said.startsWith('magpie: ') && said.length > 30 && !isBug;
  if (isClear && broker.exitCode === 1) return { outcome: 'refused', said };
  return { outcome: 'wrong', said: `it ends with ${broker.exitCode} and says:\n${broker.said}` };
}

/** What waits for a client, and the will that comes at the start. */
function messagesOf({ content }: KnownStore, clientId: string): readonly string[] {
  const messages: string[] = [];
  for (const line of content) {
    const [client, , qos, topic, payload] = JSON.parse(line) as readonly string[];
    if (client === clientId && topic !== undefined) messages.push(`${qos} ${topic} ${payload}`);
  }
  return inOrder([...messages, WILL]);
}

/** MQTT keeps the order of each QoS. */
function inOrder(messages: readonly string[]): readonly string[] {
  return messages.toSorted((one, other) => one.charCodeAt(0) - other.charCodeAt(0));
}

/** What comes, until all is there that is expected, or nothing has come for a while. */
async function receive(port: number, clientId: string, count: number): Promise<readonly string[]> {
  const found: string[] = [];
  await new Promise<void>((resolve) => {
    let deadline = setTimeout(resolve, QUIET_MS);
    const handler: LinkHandler = {
      received(packet: Packet) {
        if (packet.type === 'pubrel') link.send({ type: 'pubcomp', packetId: packet.packetId });
        if (packet.type !== 'publish') return;
        const { qos, packetId, topic, payload } = packet;
        link.send({ type: qos === 2 ? 'pubrec' : 'puback', packetId });
        found.push(`${qos} ${topic} ${Buffer.from(payload).toString('latin1')}`);
        clearTimeout(deadline);
        deadline = setTimeout(resolve, found.length < count ? QUIET_MS : LINGER_MS);
      },
      lost: resolve,
    };
    const link = new MqttLink(port, handler);
    link.open(clientId);
  });
  return inOrder(found);
}

const WILL = '1 q/will gone';
/** So long nothing comes: then nothing comes any more. */
const QUIET_MS = 3000;
/** After the last that is expected. */
const LINGER_MS = 100;

import type { TestContext } from 'node:test';
import { tcpServer } from './broken-servers.testing.js';

/** What is odd about a server that speaks just enough MQTT for short packets. */
export interface Oddity {
  /** Return code of CONNACK. Default: 0. */
  readonly connack?: number;
  /** QoS that SUBACK grants; without it what was asked. */
  readonly granted?: number;
  /** What becomes of a message: it comes back at QoS 0, after so many ms; nothing; or the end. */
  readonly publish?: (nth: number) => number | 'close' | 'drop';
  /** Cuts a connection without traffic after so many ms. */
  readonly idleMs?: number;
}

/** Such a server, until the test ends. @returns Its URL. */
export async function oddBroker(t: TestContext, oddity: Oddity): Promise<string> {
  const port = await tcpServer(t, (socket) => {
    let messages = 0;
    if (oddity.idleMs !== undefined) socket.setTimeout(oddity.idleMs, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      for (let at = 0; at < chunk.length; at += 2 + chunk[at + 1]!) {
        const packet = chunk.subarray(at, at + 2 + chunk[at + 1]!);
        const answer = answerTo(packet, oddity);
        if (answer !== undefined) socket.write(answer);
        if (packet[0]! >> 4 !== PUBLISH) continue;
        const what = oddity.publish?.(messages++) ?? 0;
        if (what === 'drop') continue;
        if (what === 'close') socket.destroy();
        else if (what === 0) socket.write(atQoS0(packet));
        else setTimeout(() => socket.write(atQoS0(packet)), what);
      }
    });
  });
  return `mqtt://127.0.0.1:${port}`;
}

function answerTo(packet: Buffer, { connack = 0, granted }: Oddity): Buffer | undefined {
  const id = packet.subarray(2, 4);
  switch (packet[0]! >> 4) {
    case CONNECT:
      return Buffer.of(0x20, 2, 0, connack);
    case SUBSCRIBE:
      return Buffer.of(0x90, 3, ...id, granted ?? packet.at(-1)!);
    case UNSUBSCRIBE:
      return Buffer.of(0xb0, 2, ...id);
    case PUBREL:
      return Buffer.of(0x70, 2, ...id);
    case PUBLISH: {
      const qos = (packet[0]! >> 1) & 3;
      const idAt = 4 + packet.readUInt16BE(2);
      const type = qos === 1 ? 0x40 : 0x50;
      return qos === 0 ? undefined : Buffer.of(type, 2, packet[idAt]!, packet[idAt + 1]!);
    }
    default:
      return undefined;
  }
}

/** The same message as a PUBLISH of QoS 0. */
function atQoS0(packet: Buffer): Buffer {
  const qos = (packet[0]! >> 1) & 3;
  const topicEnd = 4 + packet.readUInt16BE(2);
  const payload = packet.subarray(qos === 0 ? topicEnd : topicEnd + 2);
  const body = Buffer.concat([packet.subarray(2, topicEnd), payload]);
  return Buffer.concat([Buffer.of(0x30, body.length), body]);
}

const CONNECT = 1;
const PUBLISH = 3;
const PUBREL = 6;
const SUBSCRIBE = 8;
const UNSUBSCRIBE = 10;

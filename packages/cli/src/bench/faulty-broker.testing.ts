import type { TestContext } from 'node:test';
import { Framer, PACKET_TYPES } from '@magpie/protocol';
import { tcpServer } from '../doctor/broken-servers.testing.js';
import type { Socket } from 'node:net';

/** What becomes of the nth message, from 0: `hold` sends it behind the next one. */
export type Fault = (nth: number) => 'pass' | 'drop' | 'double' | 'hold';

/**
 * A server that acknowledges every message of QoS 0 and 1 and gives it, at QoS 0, to all who have
 * subscribed to anything, or does with it what the fault says. @returns Its URL.
 */
export async function faultyBroker(t: TestContext, fault: Fault): Promise<string> {
  const subscribers = new Set<Socket>();
  const held: Buffer[] = [];
  let messages = 0;
  const send = (packet: Buffer) => {
    for (const socket of subscribers) socket.write(packet);
  };
  const deliver = (packet: Buffer) => {
    const what = fault(messages++);
    if (what === 'hold') {
      held.push(packet);
      return;
    }
    if (what !== 'drop') send(packet);
    if (what === 'double') send(packet);
    for (const late of held.splice(0)) send(late);
  };
  const port = await tcpServer(t, (socket) => {
    const framer = new Framer(1_000_000);
    socket.on('close', () => subscribers.delete(socket));
    socket.on('data', (chunk: Buffer) => {
      framer.feed(chunk, 0, chunk.length);
      while (framer.next()) {
        const { source, bodyStart, bodyEnd, type, flags } = framer;
        const body = Buffer.from(source.subarray(bodyStart, bodyEnd));
        if (type === PACKET_TYPES.connect) socket.write(Buffer.of(0x20, 2, 0, 0));
        if (type === PACKET_TYPES.subscribe) {
          subscribers.add(socket);
          socket.write(Buffer.of(0x90, 3, body[0]!, body[1]!, 0));
        }
        if (type !== PACKET_TYPES.publish) continue;
        const idAt = 2 + body.readUInt16BE(0);
        const isQoS1 = (flags & 0b0110) !== 0;
        if (isQoS1) socket.write(Buffer.of(0x40, 2, body[idAt]!, body[idAt + 1]!));
        const rest = body.subarray(isQoS1 ? idAt + 2 : idAt);
        deliver(Buffer.concat([Buffer.of(0x30, idAt + rest.length), body.subarray(0, idAt), rest]));
      }
    });
  });
  return `mqtt://127.0.0.1:${port}`;
}

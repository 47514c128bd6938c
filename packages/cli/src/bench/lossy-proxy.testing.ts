import { connect, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { Framer, PACKET_TYPES } from '@magpie/protocol';
import { tcpServer } from '../doctor/broken-servers.testing.js';

/**
 * In front of a broker: takes messages that go to subscribers away, so that the broker looks as if
 * it lost them.
 *
 * @param drops Whether the nth of them, from 0, of that topic, does not arrive.
 */
export async function lossyProxy(
  t: TestContext,
  broker: string,
  drops: (nth: number, topic: string) => boolean,
): Promise<{ readonly url: string; readonly dropped: () => number }> {
  const { hostname, port } = new URL(broker);
  let messages = 0;
  let dropped = 0;
  const pass = (framer: Framer, to: Socket) => {
    while (framer.next()) {
      const { source, packetStart, bodyStart, bodyEnd, type } = framer;
      const body = Buffer.from(source.subarray(bodyStart, bodyEnd));
      const isMessage = type === PACKET_TYPES.publish;
      if (isMessage && drops(messages++, topicOf(body))) dropped++;
      else to.write(Buffer.from(source.subarray(packetStart, bodyEnd)));
    }
  };
  const listening = await tcpServer(t, (socket) => {
    const server = connect(Number(port), hostname);
    const framer = new Framer(1_000_000);
    socket.on('data', (chunk: Buffer) => server.write(chunk));
    server.on('data', (chunk: Buffer) => {
      framer.feed(chunk, 0, chunk.length);
      pass(framer, socket);
    });
    socket.on('end', () => server.end());
    server.on('end', () => socket.end());
    socket.on('error', () => server.destroy());
    server.on('error', () => socket.destroy());
    socket.on('close', () => server.destroy());
    server.on('close', () => socket.destroy());
  });
  return { url: `mqtt://127.0.0.1:${listening}`, dropped: () => dropped };
}

function topicOf(body: Buffer): string {
  return body.toString('utf8', 2, 2 + body.readUInt16BE(0));
}

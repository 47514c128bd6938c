import { once } from 'node:events';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { ByteReader, decode, encode, Framer } from '@magpie/protocol';
import type { Packet } from '@magpie/protocol';

/** One connection's memory, for faults that depend on what came before. */
export type Memory = Map<string, unknown>;

/** What becomes of a packet: itself, another one, several, none. */
export type Tamper = (packet: Packet, memory: Memory) => readonly Packet[];

/** How a broker goes wrong. */
export interface Fault {
  /** Changes what the broker says. */
  readonly toClient?: Tamper;
  /** Changes what the broker hears, so that it seems to ignore or mistake it. */
  readonly toBroker?: Tamper;
  /** What no decoder takes never reaches the broker: it seems to overlook it. */
  readonly swallowMalformed?: boolean;
  /** The broker seems not to close. */
  readonly keepOpen?: boolean;
}

export interface RunningProxy extends AsyncDisposable {
  readonly url: string;
}

/** Makes a broker at `port` look as if it had this fault. */
export async function startProxy(port: number, fault: Fault): Promise<RunningProxy> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((client) => {
    const broker = net.connect({ host: '127.0.0.1', port, noDelay: true });
    const memory: Memory = new Map();
    for (const socket of [client, broker]) {
      sockets.add(socket);
      socket.on('error', () => {}); // the close that follows says it
      socket.on('close', () => sockets.delete(socket));
    }
    client.setNoDelay(true);
    const swallow = fault.swallowMalformed === true;
    pass(client, broker, fault.toBroker, memory, swallow);
    pass(broker, client, fault.toClient, memory, false);
    client.on('end', () => broker.end());
    client.on('close', () => broker.destroy());
    if (fault.keepOpen !== true) broker.on('close', () => client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Carries the stream over, packet by packet as far as it has packets. */
function pass(
  from: net.Socket,
  to: net.Socket,
  tamper: Tamper = (packet) => [packet],
  memory: Memory,
  swallowMalformed: boolean,
): void {
  const framer = new Framer(268_435_460);
  const reader = new ByteReader();
  let readable = true;
  const carry = (chunk: Buffer): void => {
    framer.feed(chunk, 0, chunk.length);
    while (framer.next()) {
      const raw = framer.source.slice(framer.packetStart, framer.bodyEnd);
      const packet = decoded(framer, reader);
      if (packet === undefined && !swallowMalformed) to.write(raw);
      if (packet === undefined) continue;
      for (const other of tamper(packet, memory)) to.write(encode(other, 4));
    }
  };
  from.on('data', (chunk: Buffer) => {
    try {
      if (readable) return carry(chunk);
    } catch {
      readable = false; // no packets any more, so the rest goes through as it is
    }
    if (!swallowMalformed) to.write(chunk);
  });
}

function decoded(framer: Framer, reader: ByteReader): Packet | undefined {
  try {
    return decode(framer, 4, reader);
  } catch {
    return undefined;
  }
}

import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** What a faulty broker does with the publish of this number: send it on so many times, or late. */
export type Treatment = 'once' | 'never' | 'twice' | 'after-the-next';

const CONNACK = Buffer.from([0x20, 2, 0, 0]);
const PINGRESP = Buffer.from([0xd0, 0]);

/**
 * A broker that speaks just enough QoS 0 for the load generator and mistreats messages on purpose,
 * to prove that the generator sees it. Topics match when they are equal.
 */
export class FaultyBroker implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #subscribers = new Map<string, Socket>();
  readonly #treat: (publish: number) => Treatment;
  #publishes = 0;
  #late: { packet: Buffer; receiver: Socket } | undefined;

  private constructor(treat: (publish: number) => Treatment) {
    this.#treat = treat;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  /** `treat` gets the number of each publish, from 0. */
  static async listen(treat: (publish: number) => Treatment): Promise<FaultyBroker> {
    const broker = new FaultyBroker(treat);
    broker.#server.listen(0, '127.0.0.1');
    await once(broker.#server, 'listening');
    return broker;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    let rest = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      for (let end = packetEnd(rest); end > 0; end = packetEnd(rest)) {
        this.#handle(socket, rest.subarray(0, end));
        rest = rest.subarray(end);
      }
    });
  }

  #handle(socket: Socket, packet: Buffer): void {
    const type = packet.readUInt8(0) >> 4;
    if (type === 1) socket.write(CONNACK);
    if (type === 12) socket.write(PINGRESP);
    if (type === 8) {
      this.#subscribers.set(textAt(packet, 4), socket);
      socket.write(Buffer.from([0x90, 3, packet.readUInt8(2), packet.readUInt8(3), 0]));
    }
    if (type === 3) this.#publish(packet);
  }

  #publish(packet: Buffer): void {
    const receiver = this.#subscribers.get(textAt(packet, 2));
    const treatment = this.#treat(this.#publishes++);
    if (receiver === undefined || treatment === 'never') return;
    if (treatment === 'after-the-next') {
      this.#late = { packet, receiver };
      return;
    }
    receiver.write(packet);
    if (treatment === 'twice') receiver.write(packet);
    this.#late?.receiver.write(this.#late.packet);
    this.#late = undefined;
  }
}

/**
 * Where the first packet ends; 0 while it is incomplete. Packets here are shorter than 128 bytes.
 */
function packetEnd(bytes: Buffer): number {
  if (bytes.length < 2) return 0;
  const end = 2 + bytes.readUInt8(1);
  return end <= bytes.length ? end : 0;
}

function textAt(packet: Buffer, at: number): string {
  return packet.toString('utf8', at + 2, at + 2 + packet.readUInt16BE(at));
}

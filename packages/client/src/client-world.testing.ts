/** A client on a clock that a test turns, and a server that a test plays. */
import {
  ByteReader,
  decode,
  encode,
  Framer,
  PACKET_BYTES_MAX,
  type Packet,
  Publish,
  type PublishFields,
} from '@magpie/protocol';
import { Client, type Observe } from './client.js';
import { type ClientOptions, resolveOptions } from './client-options.js';
import type { ClientError } from './errors.js';
import { ManualClock } from './model/manual-clock.testing.js';
import { wordsOf } from './packet-words.testing.js';
import type { Transport, TransportHandler } from './transports/transport.js';

/** The server's end of one connection. */
export class FakeConnection implements Transport {
  readonly server: URL;
  readonly packets: Packet[] = [];
  /** Writes of the client: each is what left together. */
  writes = 0;
  pendingBytes = 0;
  paused = false;
  /** How the client has closed it. */
  closing: 'open' | 'closed' | 'closed now' = 'open';
  readonly #handler: TransportHandler;
  readonly #framer = new Framer(PACKET_BYTES_MAX);
  readonly #reader = new ByteReader();

  constructor(server: URL, handler: TransportHandler) {
    this.server = server;
    this.#handler = handler;
  }

  write(parts: readonly Uint8Array[]): void {
    this.writes++;
    for (const part of parts) {
      this.#framer.feed(part.slice(), 0, part.length);
      while (this.#framer.next()) this.packets.push(decode(this.#framer, 4, this.#reader));
    }
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  close(now: boolean): void {
    if (this.closing !== 'open') return;
    this.closing = now ? 'closed now' : 'closed';
    this.#handler.closed(undefined);
  }

  open(): void {
    this.#handler.opened();
  }

  send(...packets: readonly Packet[]): void {
    for (const packet of packets) this.sendBytes(encode(packet, 4));
  }

  sendBytes(bytes: Uint8Array): void {
    this.#handler.received(bytes, 0, bytes.length);
  }

  publish(fields: PublishFields): void {
    this.send(Publish.of(fields));
  }

  accept(sessionPresent = false): void {
    this.open();
    this.send({ type: 'connack', sessionPresent, returnCode: 0 });
  }

  drain(): void {
    this.pendingBytes = 0;
    this.#handler.drained();
  }

  /** The network breaks. */
  lose(error?: Error): void {
    if (this.closing !== 'open') return;
    this.closing = 'closed';
    this.#handler.closed(error);
  }

  /** What the client has sent since the last call, in words. */
  take(): string[] {
    return this.packets.splice(0).map(wordsOf);
  }
}

export interface ClientWorld {
  readonly client: Client;
  readonly clock: ManualClock;
  /** Connections in the order in which they were begun. */
  readonly connections: readonly FakeConnection[];
  /** What the `error` event told. */
  readonly errors: ClientError[];
  /** Ends the turn and lets promises settle. */
  settle(): Promise<void>;
  /** The newest connection. */
  readonly server: FakeConnection;
}

/** @param random The source of chance; without it waits are the longest there can be. */
export function clientWorld(
  options: ClientOptions = {},
  servers: string | string[] = 'mqtt://one',
  random: () => number = () => 0.999,
  observe?: Observe,
): ClientWorld {
  const clock = new ManualClock();
  const connections: FakeConnection[] = [];
  const open = (server: URL, handler: TransportHandler) => {
    const connection = new FakeConnection(server, handler);
    connections.push(connection);
    return connection;
  };
  const resolved = resolveOptions(servers, options, ['mqtt:']);
  const client = new Client(resolved, { open, clock, random, observe });
  const errors: ClientError[] = [];
  client.on('error', (error) => errors.push(error));
  return {
    client,
    clock,
    connections,
    errors,
    async settle() {
      for (let round = 0; round < ROUNDS; round++) {
        clock.endTurn();
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
      }
    },
    get server() {
      return connections.at(-1)!;
    },
  };
}

/** Connected, with the CONNECT taken. */
export async function connectedWorld(
  options: ClientOptions = {},
  sessionPresent = false,
): Promise<ClientWorld> {
  const world = clientWorld({ clientId: 'c', ...options });
  await world.client.start();
  await world.settle();
  world.server.accept(sessionPresent);
  await world.settle();
  world.server.take();
  return world;
}

/** Promises of promises: enough to bring any of them to its end. */
const ROUNDS = 4;

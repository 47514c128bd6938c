import { setImmediate } from 'node:timers/promises';
import type { Broker, Transport, TransportHandler } from '@magpie/broker';
import type { ManualClock } from '@magpie/broker/testing';
import { encode, type Packet, Publish } from '@magpie/protocol';
import { CLEAN_CONNECT } from '../clean-connect.js';

/** Sizes of the load. */
export interface PairsLoad {
  readonly pairs: number;
  /** Messages of a publisher that a chunk holds. */
  readonly window: number;
  /** Bytes of each. */
  readonly payload: number;
}

/**
 * The load of `pairs-qos0` without a network: publishers and subscribers are objects in the process
 * of the broker, and a chunk reaches it by a call. In each turn every publisher sends its window at
 * once, and in its end every subscriber gets it by one write.
 *
 * On the broker's clock a turn takes as long as it does over TCP, so that what goes by time, the
 * ticks of the journal, has as many messages as there.
 */
export class MemoryPairs {
  readonly #clock: ManualClock;
  readonly #load: PairsLoad;
  readonly #publishers: MemoryConnection[] = [];
  readonly #subscribers: MemoryConnection[] = [];
  readonly #chunks: Uint8Array[] = [];

  private constructor(clock: ManualClock, load: PairsLoad) {
    this.#clock = clock;
    this.#load = load;
  }

  /** @param clock That of the broker, whose turns end by themselves. */
  static async connect(broker: Broker, clock: ManualClock, load: PairsLoad): Promise<MemoryPairs> {
    let accept: (transport: Transport) => void = () => {};
    await broker.listen({
      listen: (onConnection) => {
        accept = onConnection;
        return Promise.resolve({ type: 'memory', host: 'memory', port: 0 });
      },
      close: () => Promise.resolve(),
    });
    const pairs = new MemoryPairs(clock, load);
    const readRegion = Buffer.alloc(65_536);
    const connected = async (clientId: string) => {
      const connection = new MemoryConnection(readRegion);
      accept(connection);
      await connection.ask({ ...CLEAN_CONNECT, clientId }, CONNACK_BYTES);
      return connection;
    };
    for (let pair = 0; pair < load.pairs; pair++) {
      const topic = `bench/pair/${pair}`;
      const subscriber = await connected(`subscriber-${pair}`);
      const subscriptions = [{ filter: topic, qos: 0 }] as const;
      await subscriber.ask({ type: 'subscribe', packetId: 1, subscriptions }, SUBACK_BYTES);
      pairs.#subscribers.push(subscriber);
      pairs.#publishers.push(await connected(`publisher-${pair}`));
      pairs.#chunks.push(chunkOf(topic, load));
    }
    return pairs;
  }

  /** Messages that reach a subscriber in so many turns. */
  deliveries(turns: number): number {
    return turns * this.#load.pairs * this.#load.window;
  }

  /** @throws {Error} if not exactly what was published has come. */
  async run(turns: number): Promise<void> {
    const before = this.#bytesRead;
    const chunkMs = this.deliveries(1) / this.#load.pairs / DELIVERIES_PER_MS;
    for (let turn = 0; turn < turns; turn++) {
      for (let pair = 0; pair < this.#publishers.length; pair++) {
        this.#clock.advance(chunkMs);
        this.#publishers[pair]!.send(this.#chunks[pair]!);
      }
      await endOfTurn();
    }
    const wanted = turns * this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    const read = this.#bytesRead - before;
    if (read !== wanted) throw new Error(`${read} bytes have come, ${wanted} were published`);
  }

  get #bytesRead(): number {
    return this.#subscribers.reduce((sum, { bytesRead }) => sum + bytesRead, 0);
  }
}

/** Both ends of a connection whose client reads at once, and looks at nothing. */
class MemoryConnection implements Transport {
  readonly remoteAddress = 'memory';
  readonly unsentBytes = 0;
  bytesRead = 0;
  readonly #readRegion: Uint8Array;
  #handler: TransportHandler | undefined;

  /** @param readRegion Where the broker's ends of all connections read: as sockets do. */
  constructor(readRegion: Uint8Array) {
    this.#readRegion = readRegion;
  }

  start(handler: TransportHandler): void {
    this.#handler = handler;
  }

  /** As one chunk. */
  send(bytes: Uint8Array): void {
    this.#readRegion.set(bytes);
    this.#handler?.receive(this.#readRegion, 0, bytes.length);
  }

  /** Waits for an answer of so many bytes. */
  async ask(packet: Packet, answerBytes: number): Promise<void> {
    const before = this.bytesRead;
    this.send(encode(packet, VERSION));
    while (this.bytesRead < before + answerBytes) await endOfTurn();
  }

  write(chunks: readonly Uint8Array[]): boolean {
    for (const chunk of chunks) this.bytesRead += chunk.length;
    return true;
  }

  pause(): void {
    throw new Error('The load must not be held back');
  }

  resume(): void {}

  end(): void {
    this.destroy();
  }

  destroy(): void {
    queueMicrotask(() => this.#handler?.closed());
  }
}

/** The task of the broker comes before: it was asked for first. */
function endOfTurn(): Promise<void> {
  return setImmediate();
}

function chunkOf(topic: string, { window, payload }: PairsLoad): Uint8Array {
  const fields = { topic, payload: new Uint8Array(payload), retain: false, dup: false } as const;
  const packet = encode(Publish.of({ ...fields, qos: 0, packetId: 0 }), VERSION);
  return Buffer.concat(Array.from({ length: window }, () => packet));
}

/** What a core carries over TCP, about (`bench --only pairs-qos0`). */
const DELIVERIES_PER_MS = 500;
const VERSION = 4;
const CONNACK_BYTES = 4;
const SUBACK_BYTES = 5;

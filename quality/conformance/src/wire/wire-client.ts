import { encode } from '@magpie/protocol';
import type { Packet } from '@magpie/protocol';
import { hex } from './bytes.js';
import type { Arrival, Expected, Received, ReceivedOf, ReceivedType } from './received.js';
import { describe, fits, Inbox } from './received.js';
import type { Transport } from './transport.js';

export interface WireOptions {
  /** Longest wait for anything, in ms; a broker on a busy machine must make it easily. */
  readonly timeoutMs: number;
  /** Name of this client in failure messages. */
  readonly name: string;
  /** Sees each packet before it is sent; the suite notes there what it has to clean up. */
  readonly onSend?: (packet: Packet) => void;
}

/** The broker did something else than the test demands. */
export class Unmet extends Error {
  override readonly name = 'Unmet';
}

/** A packet id of requests the client makes on its own; tests use small numbers. */
const PROBE_PACKET_ID = 65_000;
const STORY_LINES_MAX = 16;

/**
 * One connection to a broker that does nothing by itself: what it sends, the test has said, and
 * what it receives waits in a queue until the test has looked at it.
 *
 * Every wait ends with the packet, with the close, or – after `timeoutMs` – with {@link Unmet},
 * which tells what was sent and received so far. Silence is never proved by waiting: see
 * {@link expectNothing}.
 */
export class WireClient {
  readonly name: string;
  readonly #transport: Transport;
  readonly #timeoutMs: number;
  readonly #onSend: ((packet: Packet) => void) | undefined;
  readonly #inbox = new Inbox();
  readonly #queue: Arrival[] = [];
  readonly #story: string[] = [];
  readonly #listeners = new Set<() => void>();
  #ignored: ((packet: Received) => boolean) | undefined;
  #closed = false;
  #fault: string | undefined;

  constructor(transport: Transport, options: WireOptions) {
    this.name = options.name;
    this.#transport = transport;
    this.#timeoutMs = options.timeoutMs;
    this.#onSend = options.onSend;
    transport.start({
      onData: (chunk) => this.#receive(chunk),
      onFault: (message) => this.#noteFault(message),
      onClose: () => this.#close(),
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  send(packet: Packet): void {
    this.#onSend?.(packet);
    this.#tell(`sent ${describe(packet)}`);
    void this.#transport.write(encode(packet, 4));
  }

  /** Sends these packets in one write. */
  sendTogether(...packets: readonly Packet[]): void {
    for (const packet of packets) {
      this.#onSend?.(packet);
      this.#tell(`sent, in one piece: ${describe(packet)}`);
    }
    void this.#transport.write(Buffer.concat(packets.map((packet) => encode(packet, 4))));
  }

  sendBytes(bytes: Uint8Array | string): void {
    const raw = typeof bytes === 'string' ? hex(bytes) : bytes;
    this.#tell(`sent bytes ${showBytes(raw)}`);
    void this.#transport.write(raw);
  }

  /** Sends the bytes in pieces of `size`, each handed to the network before the next one. */
  async sendInPieces(bytes: Uint8Array, size: number): Promise<void> {
    this.#tell(`sent in pieces of ${size}: ${showBytes(bytes)}`);
    for (let at = 0; at < bytes.length; at += size) {
      await this.#transport.write(bytes.subarray(at, at + size));
    }
  }

  /** Takes the next packet, which must be this one. */
  expect<T extends ReceivedType>(type: T, expected: Expected<T> = {}): Promise<ReceivedOf<T>> {
    const wanted = describe({ ...expected, type });
    return this.#wait(wanted, () => {
      const next = this.#queue[0];
      if (next === undefined) return this.#failIfClosed(wanted);
      if (!fits(next.packet, type, expected)) {
        throw this.#unmet(`wanted ${wanted}, got ${describe(next.packet)}`);
      }
      this.#queue.shift();
      return next.packet;
    });
  }

  /** Takes the first packet that looks like this one; others stay in the queue. */
  pick<T extends ReceivedType>(type: T, expected: Expected<T> = {}): Promise<ReceivedOf<T>> {
    const wanted = describe({ ...expected, type });
    return this.#wait(wanted, () => {
      for (const [index, { packet }] of this.#queue.entries()) {
        if (!fits(packet, type, expected)) continue;
        this.#queue.splice(index, 1);
        return packet;
      }
      return this.#failIfClosed(wanted);
    });
  }

  /** Takes the next packet, whatever it is; `undefined` once the broker has closed. */
  next(): Promise<Received | undefined> {
    return this.#wait('any packet or a close', () => {
      const next = this.#queue.shift();
      if (next !== undefined) return { packet: next.packet };
      return this.#closed ? { packet: undefined } : undefined;
    }).then(({ packet }) => packet);
  }

  /** Takes the next packet, which must consist of exactly these bytes. */
  async expectBytes(dump: string): Promise<void> {
    const wanted = showBytes(hex(dump));
    const bytes = await this.#wait(wanted, () => {
      const next = this.#queue.shift();
      return next === undefined ? this.#failIfClosed(wanted) : next.bytes;
    });
    if (showBytes(bytes) !== wanted) {
      throw this.#unmet(`wanted the bytes ${wanted}, got ${showBytes(bytes)}`);
    }
  }

  /** The broker closes the connection, without any packet before. */
  expectClosed(timeoutMs = this.#timeoutMs): Promise<true> {
    const attempt = (): true | undefined => {
      const next = this.#queue[0];
      if (next !== undefined) throw this.#unmet(`wanted a close, got ${describe(next.packet)}`);
      return this.#closed ? true : undefined;
    };
    return this.#wait('a close', attempt, timeoutMs);
  }

  /**
   * The broker has sent nothing: the next packet answers a PINGREQ sent now.
   *
   * That proves silence about what the broker had to do for THIS connection. Whether a message of
   * another client is on its way is proved by a marker message: see `Context.settle`.
   */
  async expectNothing(): Promise<void> {
    this.send({ type: 'pingreq' });
    await this.expect('pingresp');
  }

  /**
   * Everything that comes before a QoS 0 message on `topic`, which somebody else sends: `send` is
   * called once the broker has confirmed the subscription to it, which is given back afterwards.
   */
  async collectUntil(topic: string, send: () => void): Promise<Received[]> {
    const packetId = PROBE_PACKET_ID;
    const subscriptions = [{ filter: topic, qos: 0 as const }];
    this.send({ type: 'subscribe', packetId, subscriptions });
    await this.pick('suback', { packetId, returnCodes: [0] });
    send();
    const before: Received[] = [];
    for (;;) {
      const packet = await this.next();
      if (packet === undefined) throw this.#unmet('wanted a marker message, got a close');
      if (packet.type === 'publish' && packet.topic === topic) break;
      before.push(packet);
    }
    this.send({ type: 'unsubscribe', packetId, filters: [topic] });
    await this.pick('unsuback', { packetId });
    return before;
  }

  /** From now on drops what `ignored` says; for subscriptions that see the traffic of others. */
  ignore(ignored: (packet: Received) => boolean): void {
    this.#ignored = ignored;
  }

  /** Ends the connection in order, without DISCONNECT, and waits until the broker has too. */
  async end(): Promise<void> {
    this.#transport.end();
    await this.#waitClosed();
  }

  /** Cuts the connection: the broker sees the network fail. */
  destroy(): void {
    this.#tell('cut the connection');
    this.#transport.destroy();
  }

  /** Sends DISCONNECT, ends the connection and waits until the broker has ended it too. */
  async disconnect(): Promise<void> {
    this.send({ type: 'disconnect' });
    await this.end();
  }

  #waitClosed(): Promise<true> {
    return this.#wait('the end of the connection', () => (this.#closed ? true : undefined));
  }

  #receive(chunk: Uint8Array): void {
    try {
      for (const arrival of this.#inbox.take(chunk)) {
        if (this.#ignored?.(arrival.packet) === true) continue;
        this.#tell(`got ${describe(arrival.packet)}`);
        this.#queue.push(arrival);
      }
    } catch (error) {
      this.#noteFault(`The broker sent what breaks MQTT: ${String(error)}; ${showBytes(chunk)}`);
      return;
    }
    this.#notify();
  }

  #noteFault(message: string): void {
    this.#fault ??= message;
    this.#notify();
  }

  #close(): void {
    this.#closed = true;
    this.#tell('closed');
    this.#notify();
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }

  #tell(line: string): void {
    this.#story.push(line);
    if (this.#story.length > STORY_LINES_MAX) this.#story.shift();
  }

  #failIfClosed(wanted: string): undefined {
    if (this.#closed) throw this.#unmet(`wanted ${wanted}, got a close`);
    return undefined;
  }

  #unmet(problem: string): Unmet {
    return new Unmet(`${this.name} ${problem} [${this.#story.join('; ')}]`);
  }

  /** Resolves with the first result of `attempt` that is not undefined; tried at every change. */
  #wait<T>(wanted: string, attempt: () => T | undefined, timeoutMs = this.#timeoutMs): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        settle(() => reject(this.#unmet(`waited ${timeoutMs} ms for ${wanted}`)));
      }, timeoutMs);
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        this.#listeners.delete(check);
        act();
      };
      const check = (): void => {
        try {
          if (this.#fault !== undefined) throw this.#unmet(this.#fault);
          const result = attempt();
          if (result !== undefined) settle(() => resolve(result));
        } catch (error) {
          const problem = error instanceof Error ? error : new Error(String(error));
          settle(() => reject(problem));
        }
      };
      this.#listeners.add(check);
      check();
    });
  }
}

function showBytes(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.subarray(0, 64)).toString('hex');
  return bytes.length > 64 ? `${text}… of ${bytes.length}` : text;
}

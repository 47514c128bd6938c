import { type Packet, Publish } from '@magpie/protocol';
import type { Ledger, Stream } from './ledger.js';
import { type LinkHandler, MqttLink } from './mqtt-link.js';
import type { Random } from './random.js';
import type { Kept } from './retained-check.js';

/** A message that was sent and not acknowledged to the end. */
interface Inflight {
  readonly packetId: number;
  readonly stream: Stream;
  readonly number: number;
  readonly topic: string;
  readonly retain: boolean;
  /** PUBREC came: only its PUBREL is due. */
  released: boolean;
}

/** A stream with where it goes. */
interface Target {
  readonly stream: Stream;
  readonly topic: string;
  readonly retain: boolean;
}

/**
 * Publishes QoS 1 and 2 as a client does that keeps its session (MQTT 3.1.1, 4.4): what is not
 * acknowledged when the connection is lost is sent again, in its order, with DUP and the same
 * identifiers.
 */
export class Publisher implements LinkHandler {
  readonly #clientId: string;
  readonly #random: Random;
  readonly #ledger: Ledger;
  readonly #windowMax: number;
  readonly #targets: readonly Target[];
  readonly #inflight = new Map<number, Inflight>();
  #link: MqttLink | undefined;
  #accepted = false;
  /** Whether the broker has told of something that is in the session. */
  #known = false;
  #packetId = 0;
  #stopped = false;

  constructor(clientId: string, windowMax: number, random: Random, ledger: Ledger) {
    this.#clientId = clientId;
    this.#random = random;
    this.#ledger = ledger;
    this.#windowMax = windowMax;
    const targets: Target[] = [];
    for (const qos of [1, 2] as const) {
      for (const kind of ['a', 'b', 'kept']) {
        const topic = `${kind === 'kept' ? 'kept' : 'crash'}/${clientId}/${kind}/${qos}`;
        const retain = kind === 'kept';
        targets.push({ stream: ledger.stream(topic, qos), topic, retain });
      }
    }
    this.#targets = targets;
  }

  get inflight(): number {
    return this.#inflight.size;
  }

  /** What is retained when everything is acknowledged: the last message of each topic. */
  get retained(): readonly Kept[] {
    return this.#targets
      .filter(({ retain }) => retain)
      .map(({ topic, stream: { sent } }) => {
        return { topic, accepts: new Set([sent === 0 ? undefined : sent - 1]) };
      });
  }

  connect(port: number): void {
    this.disconnect();
    this.#link = new MqttLink(port, this);
    this.#link.open(this.#clientId);
  }

  disconnect(): void {
    this.#link?.cut();
    this.lost();
  }

  /** Publishes nothing new; what is in flight is brought to its end. */
  stop(): void {
    this.#stopped = true;
  }

  lost(): void {
    this.#link = undefined;
    this.#accepted = false;
  }

  received(packet: Packet): void {
    if (packet.type === 'connack') this.#connected(packet.sessionPresent);
    else if (packet.type === 'puback') this.#settle(packet.packetId, 1);
    else if (packet.type === 'pubrec') this.#release(packet.packetId);
    else if (packet.type === 'pubcomp') this.#settle(packet.packetId, 2);
    else this.#ledger.fault(`${this.#clientId} got ${packet.type}`);
    this.#fill();
  }

  #connected(sessionPresent: boolean): void {
    if (!sessionPresent && this.#known) this.#ledger.sessionGone(this.#clientId);
    this.#accepted = true;
    for (const message of this.#inflight.values()) {
      if (message.released) {
        this.#link?.send({ type: 'pubrel', packetId: message.packetId });
        continue;
      }
      message.stream.resend(message.number);
      this.#publish(message, true);
    }
  }

  #release(packetId: number): void {
    const message = this.#inflight.get(packetId);
    this.#known = true;
    if (message !== undefined) {
      message.released = true;
      message.stream.acknowledge(message.number);
    }
    this.#link?.send({ type: 'pubrel', packetId });
  }

  #settle(packetId: number, qos: 1 | 2): void {
    const message = this.#inflight.get(packetId);
    if (message === undefined || message.stream.qos !== qos) {
      this.#ledger.fault(`${this.#clientId} got an acknowledgement of ${packetId}, not in flight`);
      return;
    }
    if (qos === 2 && !message.released) this.#ledger.fault(`PUBCOMP of ${packetId} before PUBREC`);
    message.stream.acknowledge(message.number);
    this.#inflight.delete(packetId);
  }

  #fill(): void {
    if (!this.#accepted) return;
    while (!this.#stopped && this.#inflight.size < this.#windowMax) {
      const { stream, topic, retain } =
        this.#targets[this.#random.between(0, this.#targets.length - 1)]!;
      const packetId = this.#nextPacketId();
      const number = stream.sent++;
      const message = { packetId, stream, number, topic, retain, released: false };
      this.#inflight.set(packetId, message);
      this.#publish(message, false);
    }
  }

  #publish({ packetId, stream, number, topic, retain }: Inflight, dup: boolean): void {
    const payload = Buffer.from(`${number} `.padEnd(20 + (number % 250), '.'));
    this.#link?.send(Publish.of({ topic, payload, qos: stream.qos, retain, dup, packetId }));
  }

  #nextPacketId(): number {
    do this.#packetId = (this.#packetId % 65_535) + 1;
    while (this.#inflight.has(this.#packetId));
    return this.#packetId;
  }
}

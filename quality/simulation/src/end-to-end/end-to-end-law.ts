import type { Packet, QoS } from '@magpie/protocol';

/** One message, from its publisher to all that was done with it. */
interface Known {
  readonly name: string;
  readonly publisher: number;
  readonly number: number;
  readonly qos: QoS;
  /** Its publisher was told that it is done. */
  done: boolean;
  /** The identifier it was sent with, and whether PUBREL followed. */
  packetId: number;
  released: boolean;
  /** How often it was handed to the application, and how often that was done with it. */
  handed: number;
  handled: number;
  /** Handed by a process that is still there. */
  handedByThis: boolean;
  /** PUBACK or PUBREC has left. */
  acknowledged: boolean;
}

/**
 * What publishers and subscribers may rely on (MQTT 3.1.1, 4.3 to 4.6), seen where they meet the
 * client and where the client meets the network.
 */
export class EndToEndLaw {
  readonly violations: string[] = [];
  readonly #known = new Map<string, Known>();
  /** Of the subscriber's connection: which message has an identifier. */
  readonly #arriving = new Map<number, Known>();
  /** Of each publisher's PUBLISH: which message has an identifier. */
  readonly #leaving: Map<number, Known>[] = [];
  /** By publisher and QoS, the newest that was handed on. */
  readonly #newest = new Map<string, number>();

  get messages(): number {
    return this.#known.size;
  }

  get handledTimes(): number {
    let sum = 0;
    for (const { handled } of this.#known.values()) sum += handled;
    return sum;
  }

  /** @returns The payload. */
  published(publisher: number, number: number, qos: QoS): string {
    const name = `${publisher}.${number}.${qos}`;
    this.#known.set(name, {
      name,
      publisher,
      number,
      qos,
      done: false,
      packetId: 0,
      released: false,
      handed: 0,
      handled: 0,
      handedByThis: false,
      acknowledged: false,
    });
    return name;
  }

  done(name: string): void {
    this.#known.get(name)!.done = true;
  }

  /** A publisher's client sends. */
  publisherSends(publisher: number, packet: Packet): void {
    const leaving = (this.#leaving[publisher] ??= new Map());
    if (packet.type === 'pubrel') {
      const message = leaving.get(packet.packetId);
      if (message !== undefined) message.released = true;
    }
    if (packet.type !== 'publish' || packet.qos === 0) return;
    const message = this.#known.get(text(packet.payload));
    leaving.delete(packet.packetId);
    if (message === undefined) return; // of a topic that is not watched
    if (message.packetId !== 0 && message.packetId !== packet.packetId) {
      this.#broken('identifier', message, `had ${message.packetId}, now ${packet.packetId}`);
    }
    if (message.packetId !== 0 && !packet.dup) this.#broken('DUP', message, 'sent again without');
    if (message.released) this.#broken('release', message, 'sent again after its PUBREL');
    message.packetId = packet.packetId;
    leaving.set(packet.packetId, message);
  }

  /** The subscriber's client gets a packet. */
  subscriberGets(packet: Packet): void {
    if (packet.type !== 'publish' || packet.qos === 0) return;
    const message = this.#known.get(text(packet.payload));
    if (message === undefined) this.#arriving.delete(packet.packetId);
    else this.#arriving.set(packet.packetId, message);
  }

  /** The subscriber's client sends a packet. */
  subscriberSends(packet: Packet): void {
    if (packet.type !== 'puback' && packet.type !== 'pubrec') return;
    const message = this.#arriving.get(packet.packetId);
    if (message === undefined) return; // of a process before this one, or not watched
    message.acknowledged = true;
    if (message.handled === 0) this.#broken('acknowledgement', message, 'it is not handled');
  }

  handed(name: string): void {
    const message = this.#known.get(name);
    if (message === undefined) {
      this.violations.push(`content: '${name}' was never published`);
      return;
    }
    const { qos, publisher, number } = message;
    if (qos === 2 && (message.acknowledged || message.handedByThis)) {
      this.#broken('exactly once', message, 'it is handed on again');
    }
    const lane = `${publisher}.${qos}`;
    if (message.handed === 0) {
      if (number < (this.#newest.get(lane) ?? -1)) this.#broken('order', message, 'it comes late');
      this.#newest.set(lane, number);
    }
    message.handed++;
    message.handedByThis = true;
  }

  handlingEnded(name: string): void {
    const message = this.#known.get(name);
    if (message !== undefined) message.handled++;
  }

  subscriberKilled(): void {
    this.#arriving.clear();
    for (const message of this.#known.values()) message.handedByThis = false;
  }

  /** @param kept Names of messages that an outbox held when its process was killed. */
  judge(kept: ReadonlySet<string>): void {
    for (const message of this.#known.values()) {
      const promised = message.qos > 0 && (message.done || kept.has(message.name));
      if (promised && message.handled === 0) this.#broken('loss', message, 'it never came');
    }
  }

  #broken(law: string, { name }: Known, what: string): void {
    this.violations.push(`${law}: ${name}: ${what}`);
  }
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

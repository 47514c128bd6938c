import type { Packet, Publish } from '@magpie/protocol';
import type { Ledger, Receipt, Stream } from './ledger.js';
import { type LinkHandler, MqttLink } from './mqtt-link.js';

/**
 * Subscribes with a session that lasts, and acknowledges what it gets. A QoS 2 message is handed to
 * the application when it comes first, and not again until its PUBREL (MQTT 3.1.1, 4.3.3, method
 * B).
 */
export class Subscriber implements LinkHandler {
  readonly clientId: string;
  readonly #granted: 1 | 2;
  readonly #ledger: Ledger;
  readonly #receipts = new Map<string, Receipt>();
  /** QoS 2 messages that wait for their PUBREL, by packet identifier. */
  readonly #unreleased = new Map<number, string>();
  /** When each message of this connection was answered. */
  readonly #answeredAtMs = new Map<string, number>();
  /** What was answered so shortly before a connection was lost that the answer may be lost too. */
  readonly #maybeUnanswered = new Set<string>();
  #link: MqttLink | undefined;
  #subscribed = false;
  #streams: readonly Stream[] = [];

  /** @param granted The QoS it subscribes with. */
  constructor(clientId: string, granted: 1 | 2, ledger: Ledger) {
    this.clientId = clientId;
    this.#granted = granted;
    this.#ledger = ledger;
  }

  get isConnected(): boolean {
    return this.#link !== undefined;
  }

  /** Whether its subscription was acknowledged. */
  get isSubscribed(): boolean {
    return this.#subscribed;
  }

  /** @param streams All there are: it subscribes to the topics of all. */
  connect(port: number, streams: readonly Stream[]): void {
    this.disconnect();
    this.#streams = streams;
    this.#link = new MqttLink(port, this);
    this.#link.open(this.clientId);
  }

  disconnect(): void {
    this.#link?.cut();
    this.lost();
  }

  lost(): void {
    if (this.#link === undefined) return;
    this.#link = undefined;
    const sinceMs = performance.now() - IN_FLIGHT_MS;
    for (const [name, atMs] of this.#answeredAtMs) {
      if (atMs > sinceMs) this.#maybeUnanswered.add(name);
    }
    this.#answeredAtMs.clear();
  }

  received(packet: Packet): void {
    if (packet.type === 'connack') this.#connected(packet.sessionPresent);
    else if (packet.type === 'suback') this.#subscribedNow(packet.returnCodes);
    else if (packet.type === 'publish') this.#take(packet);
    else if (packet.type === 'pubrel') this.#release(packet.packetId);
    else this.#ledger.fault(`${this.clientId} got ${packet.type}`);
  }

  #connected(sessionPresent: boolean): void {
    if (this.#subscribed && !sessionPresent) {
      this.#ledger.fault(`The session of ${this.clientId} is gone`);
    }
    if (!sessionPresent) this.#unreleased.clear();
    if (this.#subscribed) return;
    const subscriptions = [{ filter: 'crash/#', qos: this.#granted }] as const;
    this.#link?.send({ type: 'subscribe', packetId: 1, subscriptions });
  }

  #subscribedNow(returnCodes: readonly number[]): void {
    if (returnCodes[0] !== this.#granted)
      this.#ledger.fault(`${this.clientId} got ${returnCodes.join()} in SUBACK`);
    this.#subscribed = true;
    for (const stream of this.#streams) {
      if (!stream.name.startsWith('crash/') || this.#receipts.has(stream.name)) continue;
      this.#receipts.set(stream.name, this.#ledger.receipt(this.clientId, stream, this.#granted));
    }
  }

  #take(packet: Publish): void {
    const number = Number.parseInt(Buffer.from(packet.payload).toString(), 10);
    const name = `${packet.topic} ${number}`;
    if (packet.qos === 2) {
      const known = this.#unreleased.get(packet.packetId);
      this.#link?.send({ type: 'pubrec', packetId: packet.packetId });
      if (known !== undefined) {
        if (known !== name) {
          this.#ledger.fault(`${this.clientId}: ${known} and ${name} share an identifier`);
        }
        return;
      }
      this.#unreleased.set(packet.packetId, name);
    } else {
      this.#link?.send({ type: 'puback', packetId: packet.packetId });
    }
    this.#ledger.received++;
    const explained = this.#maybeUnanswered.delete(name);
    this.#receipts.get(packet.topic)?.take(number, explained, packet.dup);
    this.#answeredAtMs.set(name, performance.now());
  }

  #release(packetId: number): void {
    this.#unreleased.delete(packetId);
    this.#link?.send({ type: 'pubcomp', packetId });
  }
}

/** An answer this old was on disk. */
const IN_FLIGHT_MS = 2000;

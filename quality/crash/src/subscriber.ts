import type { Packet, Publish, Suback } from '@magpie/protocol';
import type { Ledger, Receipt, Stream } from './ledger.js';
import { type LinkHandler, MqttLink } from './mqtt-link.js';
import type { WillReceipt } from './will-book.js';

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
  readonly #wills = new Map<string, WillReceipt>();
  /** QoS 2 messages that wait for their PUBREL, by packet identifier. */
  readonly #unreleased = new Map<number, string>();
  /** What was answered since the last fence, … */
  #answered: string[] = [];
  /** … and before each fence that the broker has not answered, by packet identifier. */
  readonly #fenced = new Map<number, readonly string[]>();
  /** What was answered before connections were lost, and may be unanswered for the broker. */
  readonly #maybeUnanswered = new Set<string>();
  #fences = 0;
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
    for (const names of [...this.#fenced.values(), this.#answered]) {
      for (const name of names) this.#maybeUnanswered.add(name);
    }
    this.#fenced.clear();
    this.#answered = [];
  }

  received(packet: Packet): void {
    if (packet.type === 'connack') this.#connected(packet.sessionPresent);
    else if (packet.type === 'suback') this.#suback(packet);
    else if (packet.type === 'publish') this.#take(packet);
    else if (packet.type === 'pubrel') this.#release(packet.packetId);
    else this.#ledger.fault(`${this.clientId} got ${packet.type}`);
  }

  #connected(sessionPresent: boolean): void {
    if (this.#subscribed && !sessionPresent) this.#ledger.sessionGone(this.clientId);
    if (!sessionPresent) this.#unreleased.clear();
    if (this.#subscribed && sessionPresent) return;
    const subscriptions = FILTERS.map((filter) => ({ filter, qos: this.#granted }));
    this.#link?.send({ type: 'subscribe', packetId: SUBSCRIBE_ID, subscriptions });
  }

  #suback({ packetId, returnCodes }: Suback): void {
    if (this.#fenced.delete(packetId)) return;
    if (returnCodes.some((code) => code !== this.#granted))
      this.#ledger.fault(`${this.clientId} got ${returnCodes.join()} in SUBACK`);
    this.#subscribed = true;
    for (const stream of this.#streams) {
      if (!stream.name.startsWith('crash/') || this.#receipts.has(stream.name)) continue;
      this.#receipts.set(stream.name, this.#ledger.receipt(this.clientId, stream, this.#granted));
    }
    for (const series of this.#ledger.wills.series) {
      if (this.#wills.has(series.topic)) continue;
      const receipt = this.#ledger.wills.receipt(this.clientId, series, this.#granted);
      this.#wills.set(series.topic, receipt);
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
    } else if (packet.qos === 1) {
      this.#link?.send({ type: 'puback', packetId: packet.packetId });
    }
    this.#ledger.received++;
    const explained = this.#maybeUnanswered.delete(name);
    this.#receipts.get(packet.topic)?.take(number, explained, packet.dup);
    // One that answers a new subscription was published before.
    if (!packet.retain) this.#wills.get(packet.topic)?.take(number, explained);
    this.#answered.push(name);
    if (this.#answered.length === FENCE_EVERY) this.#fence();
  }

  /**
   * Subscribes to something else: once that is acknowledged, so is everything that was answered
   * before.
   */
  #fence(): void {
    const packetId = FENCE_ID + (this.#fences++ % FENCES_MAX);
    this.#fenced.set(packetId, this.#answered);
    this.#answered = [];
    const subscriptions = [{ filter: 'fence', qos: this.#granted }] as const;
    this.#link?.send({ type: 'subscribe', packetId, subscriptions });
  }

  #release(packetId: number): void {
    this.#unreleased.delete(packetId);
    this.#link?.send({ type: 'pubcomp', packetId });
  }
}

/** Messages, and wills. */
const FILTERS = ['crash/#', 'will/#'] as const;
const SUBSCRIBE_ID = 1;
/** Packet identifiers of fences, from here on. */
const FENCE_ID = 2;
const FENCES_MAX = 10_000;
/** Answers from one fence to the next. */
const FENCE_EVERY = 10;

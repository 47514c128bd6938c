import type { ReceivedMessage } from '@magpie/client';
import type { Arrival } from '../mqtt/message-line.js';
import { DecayingRate } from './decaying-rate.js';
import type { ValueText } from './value-text.js';

export interface TallyLimits {
  /** Topics that are kept; messages of further ones are counted together. */
  readonly topicsMax: number;
  /** Characters of all topics that are kept, together. */
  readonly charactersMax: number;
}

/** What is known of a topic. */
export interface TopicEntry {
  readonly topic: string;
  readonly messages: number;
  /** Of their payloads. */
  readonly bytes: number;
  /** The last message. */
  readonly qos: number;
  readonly retain: boolean;
  readonly atMs: number;
  /** Messages a second, lately. */
  readonly perSecond: (atMs: number) => number;
  /** The last value, in a line. @throws {FormatError} if the format cannot show it. */
  readonly value: () => string;
}

/** Messages counted by topic, with the last value of each, in bounded memory. */
export class TopicTally {
  readonly #value: ValueText;
  readonly #limits: TallyLimits;
  readonly #entries = new Map<string, Entry>();
  #characters = 0;
  messages = 0;
  bytes = 0;
  /** Messages of topics that are not kept, because there are too many. */
  leftOut = 0;

  /** @param value Makes a line of a message, when it is asked for. */
  constructor(value: ValueText, limits: TallyLimits = LIMITS) {
    this.#value = value;
    this.#limits = limits;
  }

  /** The kept ones, in the order in which they came first. */
  get topics(): readonly TopicEntry[] {
    return [...this.#entries.values()];
  }

  get size(): number {
    return this.#entries.size;
  }

  take(arrival: Arrival): void {
    const { topic, payload } = arrival.message;
    this.messages++;
    this.bytes += payload.length;
    const entry = this.#entries.get(topic) ?? this.#make(topic, arrival.atMs);
    if (entry === undefined) this.leftOut++;
    else entry.take(arrival);
  }

  #make(topic: string, atMs: number): Entry | undefined {
    const { topicsMax, charactersMax } = this.#limits;
    if (this.#entries.size >= topicsMax) return undefined;
    if (this.#characters + topic.length > charactersMax) return undefined;
    this.#characters += topic.length;
    const entry = new Entry(topic, this.#value, atMs);
    this.#entries.set(topic, entry);
    return entry;
  }
}

class Entry implements TopicEntry {
  readonly topic: string;
  readonly #value: ValueText;
  readonly #rate: DecayingRate;
  messages = 0;
  bytes = 0;
  qos = 0;
  retain = false;
  atMs: number;
  #last: Arrival | string = '';

  constructor(topic: string, value: ValueText, atMs: number) {
    this.topic = topic;
    this.#value = value;
    this.#rate = new DecayingRate(atMs);
    this.atMs = atMs;
  }

  take(arrival: Arrival): void {
    const { payload, qos, retain } = arrival.message;
    this.messages++;
    this.bytes += payload.length;
    this.qos = qos;
    this.retain = retain;
    this.atMs = arrival.atMs;
    this.#rate.add(1, arrival.atMs);
    // A large one would have to be kept whole: a part of CBOR, say, cannot be shown.
    this.#last = payload.length > KEPT_BYTES_MAX ? this.#value(arrival) : keptOf(arrival);
  }

  perSecond(atMs: number): number {
    return this.#rate.perSecond(atMs);
  }

  value(): string {
    if (typeof this.#last !== 'string') this.#last = this.#value(this.#last);
    return this.#last;
  }
}

/** With bytes of its own: those of a message are a part of what was read with it. */
function keptOf({ message, atMs }: Arrival): Arrival {
  const { topic, qos, retain, dup, packetId } = message;
  const payload = new Uint8Array(message.payload);
  const text = () => new TextDecoder().decode(payload);
  const kept: ReceivedMessage = {
    topic,
    payload,
    bytes: payload,
    qos,
    retain,
    dup,
    packetId,
    text,
  };
  return { message: kept, atMs };
}

/** At most some 20 MB together, with a value for each. */
const LIMITS: TallyLimits = { topicsMax: 10_000, charactersMax: 2_000_000 };
const KEPT_BYTES_MAX = 1024;

import { matches } from '@magpie/protocol';
import type { Message } from '../model/message.js';

/** What went through the topics of one filter. */
export interface TopicTraffic {
  readonly filter: string;
  readonly messagesReceived: number;
  readonly bytesReceived: number;
  readonly messagesSent: number;
  readonly bytesSent: number;
  readonly messagesDropped: number;
}

/**
 * Counts messages and the bytes of their payloads for some filters, which the operator names: their
 * number is the number of values that a metric has. A message may match several. Without filters
 * it costs a look whether there are some.
 *
 * Which filters a topic matches is kept for the topics in use, within limits; where they are full,
 * all is forgotten, and each topic costs a comparison with each filter once more.
 */
export class TopicMeters {
  /** Whether there are filters: ask before anything is counted. */
  readonly active: boolean;
  readonly #filters: readonly string[];
  readonly #counts: Float64Array;
  /** Where in the counts, by topic. */
  readonly #places = new Map<string, readonly number[]>();
  #characters = 0;

  /** @param filters Valid topic filters, without `$share`. */
  constructor(filters: readonly string[] = []) {
    this.active = filters.length > 0;
    this.#filters = filters;
    this.#counts = new Float64Array(filters.length * COLUMNS);
  }

  /** Topics whose filters are known. */
  get topicsKnown(): number {
    return this.#places.size;
  }

  /** Published, by a client or from inside. */
  received(message: Message): void {
    this.#count(message, RECEIVED, message.payloadLength);
  }

  /** Handed to a connection. */
  sent(message: Message): void {
    this.#count(message, SENT, message.payloadLength);
  }

  /** Dropped, or one delivery of it. */
  dropped(message: Message): void {
    this.#count(message, DROPPED, 0);
  }

  read(): TopicTraffic[] {
    return this.#filters.map((filter, index) => {
      const at = (column: number) => this.#counts[index * COLUMNS + column]!;
      return {
        filter,
        messagesReceived: at(RECEIVED),
        bytesReceived: at(RECEIVED + 1),
        messagesSent: at(SENT),
        bytesSent: at(SENT + 1),
        messagesDropped: at(DROPPED),
      };
    });
  }

  #count({ topic }: Message, column: number, bytes: number): void {
    for (const place of this.#places.get(topic) ?? this.#match(topic)) {
      this.#counts[place + column]!++;
      this.#counts[place + column + 1]! += bytes;
    }
  }

  #match(topic: string): readonly number[] {
    const places: number[] = [];
    for (const [index, filter] of this.#filters.entries()) {
      if (matches(filter, topic)) places.push(index * COLUMNS);
    }
    if (this.#places.size >= TOPICS_MAX || this.#characters > CHARACTERS_MAX) {
      this.#places.clear();
      this.#characters = 0;
    }
    this.#places.set(topic, places.length === 0 ? NONE : places);
    this.#characters += topic.length;
    return places;
  }
}

/** Messages and bytes side by side. */
const RECEIVED = 0;
const SENT = 2;
const DROPPED = 4;
const COLUMNS = 6;
const NONE: readonly number[] = [];
const TOPICS_MAX = 10_000;
const CHARACTERS_MAX = 1024 * 1024;

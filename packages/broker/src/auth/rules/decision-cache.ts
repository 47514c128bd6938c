import type { QoS } from '@magpie/protocol';

/**
 * Decisions about one client that were made before, by topic: a number each, in which every kind of
 * question has a bit for "is known" and one for "is allowed".
 *
 * Bounded in topics and in characters of them; when it is full it is emptied, which costs each
 * topic in use one more decision.
 */
export class DecisionCache {
  readonly #bits = new Map<string, number>();
  #characters = 0;
  #generation = 0;

  /** Topics in it. */
  get size(): number {
    return this.#bits.size;
  }

  /**
   * What is known about a topic, to be asked with {@link isKnown} and {@link isAllowed}.
   *
   * @param generation Of the rules: what was decided under another one is forgotten.
   */
  get(topic: string, generation: number): number {
    if (generation !== this.#generation) {
      this.#clear();
      this.#generation = generation;
    }
    return this.#bits.get(topic) ?? 0;
  }

  /** @param bits What {@link get} has just given for this topic. */
  put(topic: string, bits: number, question: Question, allowed: boolean): void {
    if (bits === 0) {
      if (topic.length > CHARACTERS_MAX) return;
      if (this.#bits.size >= TOPICS_MAX || this.#characters + topic.length > CHARACTERS_MAX) {
        this.#clear();
      }
      this.#characters += topic.length;
    }
    this.#bits.set(topic, bits | (1 << question) | (allowed ? 1 << (question + KINDS) : 0));
  }

  #clear(): void {
    this.#bits.clear();
    this.#characters = 0;
  }
}

/** One of the {@link KINDS} of questions that can be asked about a topic. */
export type Question = number;

export function publishQuestion(qos: QoS, retain: boolean): Question {
  return retain ? qos + 3 : qos;
}

export const DELIVERY: Question = 6;

export function isKnown(bits: number, question: Question): boolean {
  return (bits & (1 << question)) !== 0;
}

export function isAllowed(bits: number, question: Question): boolean {
  return (bits & (1 << (question + KINDS))) !== 0;
}

const KINDS = 7;
/** About 10 KB of memory, and twice as many bytes as characters. */
export const TOPICS_MAX = 256;
export const CHARACTERS_MAX = 8192;

import type { ReceivedMessage } from '@magpie/client';
import { countOf } from '../count-of.js';
import type { Arrival } from '../mqtt/message-line.js';
import type { RecordedMessage } from '../record/recorded-message.js';
import { safeText } from '../safe-log-line.js';

/** What is in a recording, in a few lines. */
export class RecordingSummary {
  readonly #topics = new Map<string, number>();
  readonly #byQos = [0, 0, 0];
  #otherTopics = false;
  #messages = 0;
  #bytes = 0;
  #retained = 0;
  #firstUs = Infinity;
  #lastUs = -Infinity;

  add({ atUs, topic, payload, qos, retain }: RecordedMessage): void {
    const known = this.#topics.get(topic);
    if (known !== undefined || this.#topics.size < TOPICS_MAX) {
      this.#topics.set(topic, (known ?? 0) + 1);
    } else this.#otherTopics = true;
    this.#byQos[qos]! += 1;
    this.#messages++;
    this.#bytes += payload.length;
    if (retain) this.#retained++;
    this.#firstUs = Math.min(this.#firstUs, atUs);
    this.#lastUs = Math.max(this.#lastUs, atUs);
  }

  lines(): string[] {
    const [q0, q1, q2] = this.#byQos;
    const lines = [
      `messages  ${this.#messages} (QoS 0: ${q0}, 1: ${q1}, 2: ${q2}; retained: ${this.#retained})`,
      `payload   ${countOf(this.#bytes, 'byte')}`,
    ];
    if (this.#messages === 0) return lines;
    const busiest = [...this.#topics].toSorted(([, a], [, b]) => b - a).slice(0, TOPICS_SHOWN);
    const more = this.#otherTopics ? ' and more' : '';
    return [
      ...lines,
      `first     ${isoOf(this.#firstUs)}`,
      `last      ${isoOf(this.#lastUs)}`,
      `duration  ${((this.#lastUs - this.#firstUs) / 1_000_000).toFixed(3)} s`,
      `topics    ${this.#topics.size}${more}, the busiest are`,
      ...busiest.map(([topic, count]) => `  ${String(count).padStart(8)}  ${safeText(topic)}`),
    ];
  }
}

/** A recorded message as the client would hand it on. */
export function arrivalOf({ atUs, ...recorded }: RecordedMessage): Arrival {
  const { payload } = recorded;
  const message: ReceivedMessage = {
    ...recorded,
    bytes: payload,
    packetId: 0,
    text: () => new TextDecoder().decode(payload),
  };
  return { message, atMs: atUs / 1000 };
}

function isoOf(us: number): string {
  return new Date(us / 1000).toISOString();
}

/** Topics that are counted one by one. */
const TOPICS_MAX = 100_000;
const TOPICS_SHOWN = 10;

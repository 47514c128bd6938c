import { packetIdOf } from '@magpie/protocol';
import type { Publication } from './publication.js';

/**
 * What was sent and is not done, by packet identifier.
 *
 * An identifier follows from the place of a message in the order of the session (MQTT-4.4.0-1), so
 * what is in flight is a row of places, the oldest first. It spans fewer than 65,535 of them: no
 * identifier is used twice at once (MQTT-2.3.1-4).
 */
export class Inflight {
  readonly #countMax: number;
  /** By place; `undefined` where nothing was sent, or it is done. */
  #row: (Publication | undefined)[] = NOTHING;
  /** Place of the first in the row. */
  #base = 0;
  /** Index of the oldest that is not done. */
  #head = 0;
  /** Messages sent and not done. */
  count = 0;

  /** @param countMax Most messages at one time, 1 to 65,534. */
  constructor(countMax: number) {
    this.#countMax = countMax;
  }

  /** Whether the message with this place may be sent now. */
  hasRoom(sequence: number): boolean {
    if (this.count === 0) return true;
    return this.count < this.#countMax && sequence - this.#base - this.#head < PACKET_IDS;
  }

  /** @param publication Its place is above that of every one before; {@link hasRoom} said yes. */
  add(publication: Publication): void {
    const { sequence } = publication;
    if (this.count++ === 0) {
      this.#row = [];
      this.#base = sequence;
      this.#head = 0;
    }
    while (this.#row.length < sequence - this.#base) this.#row.push(undefined);
    this.#row.push(publication);
  }

  /** `undefined` if none has this identifier: it may be of a session that is gone. */
  get(packetId: number): Publication | undefined {
    const ahead = packetId - packetIdOf(this.#base + this.#head);
    return this.#row[this.#head + (ahead < 0 ? ahead + PACKET_IDS : ahead)];
  }

  remove({ sequence }: Publication): void {
    this.#row[sequence - this.#base] = undefined;
    this.count--;
    while (this.#head < this.#row.length && this.#row[this.#head] === undefined) this.#head++;
    if (this.#head < COMPACT_AT || this.#head * 2 < this.#row.length) return;
    this.#row.splice(0, this.#head);
    this.#base += this.#head;
    this.#head = 0;
  }

  /** A copy of all, the oldest first: the order of redelivery (MQTT-4.6.0-1). */
  items(): Publication[] {
    return this.#row.filter((one) => one !== undefined);
  }
}

const PACKET_IDS = 65_535;
/** Of all that hold nothing: most clients of a process are idle. Never written. */
const NOTHING = Object.freeze<never[]>([]) as never[];
/** Free places at the front that are worth a look. */
const COMPACT_AT = 1024;

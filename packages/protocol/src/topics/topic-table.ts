import type { TopicNames } from '../bytes/byte-reader.js';
import { SecondSight } from './second-sight.js';
import { decodeTopicName } from '../bytes/decode-topic-name.js';
import { hashBytes } from '../bytes/hash-bytes.js';

export interface TopicTableLimits {
  /** Most topic names kept at one time. */
  readonly entriesMax: number;
  /** Most bytes of topic names kept at one time. */
  readonly bytesMax: number;
  /**
   * Of the hash, any 32 bits. Give random ones where peers are not trusted, so that they cannot
   * choose names of equal hash; what the table answers does not depend on it.
   */
  readonly seed?: number;
}

interface Entry {
  readonly hash: number;
  /** The table's own copy. */
  readonly bytes: Uint8Array;
  readonly name: string;
}

const SLOTS_MIN = 64;
const SEED = 0x811c_9dc5;
/**
 * Slots tried for one name. Peers who found names of equal hash gain nothing: what has no slot
 * among these is decoded every time, as it would be without a table.
 */
const PROBES_MAX = 16;

/**
 * Topic names by their bytes, so that a name is decoded and validated once and every PUBLISH that
 * bears it shares one string.
 *
 * A name is kept from the second time it is seen: one that does not repeat would only push out
 * those that do. Open addressing over a power of two of slots, at most half of them used. When a
 * limit is reached everything is forgotten and the table fills again with what is in use now;
 * `resets` counts that. A table may serve all connections.
 */
export class TopicTable implements TopicNames {
  readonly #limits: TopicTableLimits;
  readonly #seed: number;
  readonly #sight = new SecondSight();
  #slots = emptySlots(SLOTS_MIN);
  /** Found last: a chunk often holds many messages of one topic, and comparing costs no hash. */
  #last: Entry | undefined = undefined;
  #entries = 0;
  #bytes = 0;
  #resets = 0;

  constructor(limits: TopicTableLimits) {
    this.#limits = limits;
    this.#seed = limits.seed ?? SEED;
  }

  /** Names kept now. */
  get entries(): number {
    return this.#entries;
  }

  /** Bytes of the names kept now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How often the table was full and has forgotten everything. */
  get resets(): number {
    return this.#resets;
  }

  /**
   * The topic name in source[start, end), which is copied if it is kept.
   *
   * @throws {ProtocolError} `MALFORMED_PACKET` or `TOPIC_NAME_INVALID` if it is not one.
   */
  intern(source: Uint8Array, start: number, end: number): string {
    const last = this.#last;
    if (last !== undefined && equals(last.bytes, source, start, end)) return last.name;
    const hash = hashBytes(this.#seed, source, start, end);
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let probe = 0; probe < PROBES_MAX; probe++) {
      const entry = slots[(hash + probe) & mask];
      if (entry === undefined) break;
      if (entry.hash === hash && equals(entry.bytes, source, start, end)) {
        this.#last = entry;
        return entry.name;
      }
    }
    return this.#add(hash, source, start, end);
  }

  #add(hash: number, source: Uint8Array, start: number, end: number): string {
    const name = decodeTopicName(source, start, end);
    const length = end - start;
    if (length > this.#limits.bytesMax || this.#limits.entriesMax === 0) return name;
    if (!this.#sight.again(hash)) return name;
    if (this.#entries >= this.#limits.entriesMax || this.#bytes + length > this.#limits.bytesMax) {
      this.#forget();
    } else if (this.#entries * 2 >= this.#slots.length) {
      this.#grow();
    }
    const bytes = new Uint8Array(length);
    bytes.set(source.subarray(start, end));
    this.#place({ hash, bytes, name });
    return name;
  }

  /** Puts an entry into the first free slot of its probes; if there is none it is not kept. */
  #place(entry: Entry): void {
    const mask = this.#slots.length - 1;
    for (let probe = 0; probe < PROBES_MAX; probe++) {
      const slot = (entry.hash + probe) & mask;
      if (this.#slots[slot] !== undefined) continue;
      this.#slots[slot] = entry;
      this.#entries++;
      this.#bytes += entry.bytes.length;
      return;
    }
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = emptySlots(before.length * 2);
    this.#entries = 0;
    this.#bytes = 0;
    for (const entry of before) if (entry !== undefined) this.#place(entry);
  }

  /** Keeps the slots: what has filled them once will do so again. */
  #forget(): void {
    this.#slots.fill(undefined);
    this.#last = undefined;
    this.#entries = 0;
    this.#bytes = 0;
    this.#resets++;
  }
}

function emptySlots(count: number): (Entry | undefined)[] {
  return Array.from<Entry | undefined>({ length: count });
}

/** From the end, where topic names of one tree differ first. */
function equals(bytes: Uint8Array, source: Uint8Array, start: number, end: number): boolean {
  const length = bytes.length;
  if (length !== end - start) return false;
  for (let at = length - 1; at >= 0; at--) if (bytes[at] !== source[start + at]) return false;
  return true;
}

import type { QoS } from '@magpie/protocol';
import { JOURNAL_KINDS, type JournalEntry, type JournalNote } from './journal-entry.js';

/**
 * Some thousand entries of the journal, 32 bytes each, beside the strings that they name. Each page
 * has strings of its own, so that they go with it.
 */
export class JournalPage {
  readonly #times = new Float64Array(ENTRIES);
  /** Per entry: client, topic, other, why as places in {@link #strings}; count; kind and flags. */
  readonly #words = new Uint32Array(ENTRIES * WORDS);
  readonly #places = new Map<string, number>();
  #strings: string[] = [];
  #length = 0;
  #stringBytes = 0;

  get length(): number {
    return this.#length;
  }

  /** About what it takes of memory. */
  get bytes(): number {
    return ENTRIES * (8 + 4 * WORDS) + this.#stringBytes;
  }

  /** Whether nothing more goes in: all places taken, or too many characters for one page. */
  get isFull(): boolean {
    return this.#length === ENTRIES || this.#stringBytes >= STRING_BYTES_MAX;
  }

  /** Time of its newest entry, in ms since 1970; 0 if it has none. */
  get lastMs(): number {
    return this.#length === 0 ? 0 : (this.#times[this.#length - 1] as number);
  }

  add(note: JournalNote, atMs: number): void {
    const { kind, clientId = '', topic = '', other = '', why = '' } = note;
    const { qos = 0, retain = false, count = 0 } = note;
    const index = this.#length++;
    const at = index * WORDS;
    const words = this.#words;
    this.#times[index] = atMs;
    words[at] = this.#place(clientId);
    words[at + 1] = this.#place(topic);
    words[at + 2] = this.#place(other);
    words[at + 3] = this.#place(why);
    words[at + 4] = count;
    words[at + 5] = JOURNAL_KINDS.indexOf(kind) | (qos << 8) | (retain ? RETAIN : 0);
  }

  /**
   * Entries from a time on that are about one of these clients, or of these topics; all where both
   * are left out. A page that knows none of the names is passed over without a look at its entries.
   */
  collect(wanted: JournalQuestion, into: JournalEntry[]): void {
    const { clientIds, topics, sinceMs = 0 } = wanted;
    const all = clientIds === undefined && topics === undefined;
    const clients = this.#placesOf(clientIds);
    const names = this.#placesOf(topics);
    if (!all && clients.length === 0 && names.length === 0) return;
    const asked = new Uint8Array(this.#strings.length); // of a million entries nobody waits long
    for (const place of clients) asked[place] = AS_CLIENT;
    for (const place of names) asked[place] = (asked[place] as number) | AS_TOPIC;
    for (let index = 0; index < this.#length; index++) {
      if ((this.#times[index] as number) < sinceMs) continue;
      const at = index * WORDS;
      const client = asked[this.#words[at] as number] as number;
      const topic = asked[this.#words[at + 1] as number] as number;
      if (all || (client & AS_CLIENT) !== 0 || (topic & AS_TOPIC) !== 0) {
        into.push(this.#entry(index));
      }
    }
  }

  /** Adds topics that were published on, the last first, until there are so many. */
  collectTopics({ clientId, sinceMs, max }: TopicQuestion, into: Set<string>): void {
    const by = clientId === undefined ? undefined : this.#places.get(clientId);
    if (clientId !== undefined && by === undefined) return;
    const seen = new Uint8Array(this.#strings.length);
    for (let index = this.#length - 1; index >= 0 && into.size < max; index--) {
      const at = index * WORDS;
      const topic = this.#words[at + 1] as number;
      const isPublish = ((this.#words[at + 5] as number) & 0xff) === PUBLISHED;
      if (!isPublish || seen[topic] === 1 || (this.#times[index] as number) < sinceMs) continue;
      if (by !== undefined && this.#words[at] !== by) continue;
      seen[topic] = 1;
      into.add(this.#strings[topic] as string);
    }
  }

  /** Forgets everything. */
  clear(): void {
    this.#length = 0;
    this.#stringBytes = 0;
    this.#places.clear();
    this.#strings = [];
  }

  #entry(index: number): JournalEntry {
    const at = index * WORDS;
    const flags = this.#words[at + 5] as number;
    const text = (word: number) => this.#strings[this.#words[at + word] as number] as string;
    return {
      kind: JOURNAL_KINDS[flags & 0xff]!,
      atMs: this.#times[index] as number,
      clientId: text(0),
      topic: text(1),
      other: text(2),
      why: text(3),
      qos: ((flags >>> 8) & 3) as QoS,
      retain: (flags & RETAIN) !== 0,
      count: this.#words[at + 4] as number,
    };
  }

  #place(text: string): number {
    let place = this.#places.get(text);
    if (place !== undefined) return place;
    place = this.#strings.length;
    this.#strings.push(text);
    this.#places.set(text, place);
    this.#stringBytes += STRING_BYTES + 2 * text.length;
    return place;
  }

  #placesOf(texts: readonly string[] = []): number[] {
    return texts.map((text) => this.#places.get(text)).filter((place) => place !== undefined);
  }
}

/** What is asked of the journal. */
export interface JournalQuestion {
  readonly clientIds?: readonly string[] | undefined;
  readonly topics?: readonly string[] | undefined;
  /** In ms since 1970. */
  readonly sinceMs?: number | undefined;
}

/** Which topics are asked for. */
export interface TopicQuestion {
  /** Who has published; anybody by default. */
  readonly clientId?: string | undefined;
  /** In ms since 1970. */
  readonly sinceMs: number;
  readonly max: number;
}

const AS_CLIENT = 1;
const AS_TOPIC = 2;
const PUBLISHED = JOURNAL_KINDS.indexOf('published');
const ENTRIES = 4096;
const WORDS = 6;
const RETAIN = 1 << 10;
/** What a string takes beside its characters: its header, and its places in map and list. */
const STRING_BYTES = 64;
const STRING_BYTES_MAX = 512 * 1024;

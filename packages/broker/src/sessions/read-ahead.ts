import type { StoredMessage, StoredPage } from '../stores/store.js';

/** Who reads ahead. */
export interface PageReader {
  /** Reads the next messages, in order, from a sequence number on. */
  readPage(from: number): Promise<StoredPage>;
  /** What {@link ReadAhead.take} did not have may be there now. */
  pageCame(): void;
  pageFailed(error: unknown): void;
}

/**
 * Messages of one session that lie in the store, read before they are needed: the next page is
 * asked for when half of the present one is used up, and no more than these two are in memory.
 *
 * What is read does not leave the store by that, so all of it can be forgotten at any time.
 */
export class ReadAhead {
  readonly #reader: PageReader;
  #page: StoredPage = [];
  #at = 0;
  /** What comes behind the page. */
  #next: StoredPage = [];
  /** The number behind all that was read. */
  #behind = 0;
  #reading = false;
  #ended = false;
  /** A message that was not there when it was asked for. */
  #missed = -1;

  constructor(reader: PageReader) {
    this.#reader = reader;
  }

  /**
   * The message with this sequence number, which the store has. Those with lower ones are not asked
   * for any more.
   *
   * @param last The newest one that will be asked for, as far as is known.
   * @returns `undefined` if it is still to be read: ask again when a page came.
   * @throws {Error} if the store does not have it.
   */
  take(sequence: number, last: number): StoredMessage | undefined {
    const found = this.#find(sequence);
    if (this.#ended) return undefined;
    if (found?.sequence !== sequence) {
      this.#miss(sequence);
      return undefined;
    }
    this.#at++;
    const left = this.#page.length - this.#at;
    const isUsedUp = left <= this.#page.length / 2 && this.#next.length === 0;
    if (isUsedUp && this.#behind <= last) this.#readFrom(this.#behind);
    return found;
  }

  /** Nothing is asked for any more. What is being read is forgotten when it comes. */
  end(): void {
    this.#ended = true;
    this.#forget();
  }

  #find(sequence: number): StoredMessage | undefined {
    try {
      return this.#seek(sequence);
    } catch (error) {
      // A page tells of a record that holds no message only when it is asked for that.
      this.end();
      this.#reader.pageFailed(error);
      return undefined;
    }
  }

  /** The oldest message that was read and is not below this number. */
  #seek(sequence: number): StoredMessage | undefined {
    for (;;) {
      const found = this.#page.at(this.#at);
      if (found === undefined && this.#next.length > 0) {
        this.#page = this.#next;
        this.#next = [];
        this.#at = 0;
      } else if (found === undefined || found.sequence >= sequence) {
        return found;
      } else {
        this.#at++;
      }
    }
  }

  #miss(sequence: number): void {
    if (this.#reading) return;
    if (this.#missed === sequence) {
      throw new Error(`The store has lost the message with sequence number ${sequence}`);
    }
    this.#missed = sequence;
    this.#forget();
    this.#readFrom(sequence);
  }

  #readFrom(sequence: number): void {
    if (this.#reading) return;
    this.#reading = true;
    this.#reader
      .readPage(sequence)
      .then((page) => this.#came(page))
      .catch((error: unknown) => {
        if (!this.#ended) this.#reader.pageFailed(error);
      });
  }

  #came(page: StoredPage): void {
    this.#reading = false;
    if (this.#ended) return;
    const newest = page.at(-1);
    if (newest !== undefined) this.#behind = newest.sequence + 1;
    if (this.#at < this.#page.length) {
      this.#next = page;
    } else {
      this.#page = page;
      this.#at = 0;
    }
    this.#reader.pageCame();
  }

  #forget(): void {
    this.#page = [];
    this.#next = [];
    this.#at = 0;
  }
}

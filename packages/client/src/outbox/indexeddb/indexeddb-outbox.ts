import { ClientError } from '../../errors.js';
import type { Outbox, OutboxState, StoredPublication } from '../outbox.js';
import { Changes } from './changes.js';
import { WebLock } from './web-lock.js';
import type { Db, DbRequest, DbStore, WebStorage } from './web-storage.js';

export interface IndexedDbOutboxOptions {
  /**
   * While another page or worker has the outbox open, `open` waits for it until this is aborted.
   * Default: one second, since a page that is loaded again may be there before its predecessor is
   * gone.
   */
  readonly signal?: AbortSignal;
}

/**
 * An outbox in IndexedDB: what was flushed survives the end of the page, of the browser and of the
 * machine, as long as the browser keeps the data of the site.
 *
 * A flush is one transaction of durability `strict`. Of one name only one page or worker of a site
 * has it open, which a Web Lock sees to.
 */
export class IndexedDbOutbox implements Outbox {
  readonly safeAtOnce = false;
  readonly #name: string;
  readonly #world: WebStorage;
  readonly #lock: WebLock;
  /** `undefined` after the browser has closed it, as it does when the user clears its data. */
  #db: Db | undefined;
  #changes = new Changes();
  #flushing: Promise<void> = Promise.resolve();

  private constructor(name: string, parts: { world: WebStorage; lock: WebLock }) {
    this.#name = name;
    this.#world = parts.world;
    this.#lock = parts.lock;
  }

  /**
   * Opens the outbox, or makes it.
   *
   * @param name Of this outbox among those of the site.
   * @throws {ClientError} `outbox-failed`, if another page has it open, or if the browser has no
   * IndexedDB or Web Locks here, or does not let them be used.
   */
  static async open(
    name: string,
    { signal = AbortSignal.timeout(WAIT_MS) }: IndexedDbOutboxOptions = {},
    world: WebStorage = globalThis as unknown as WebStorage,
  ): Promise<IndexedDbOutbox> {
    const locks = world.navigator?.locks;
    if (locks === undefined || world.indexedDB === undefined) {
      const advice = 'load the page over https, or from localhost';
      const what = 'There is no IndexedDB or no Web Locks';
      throw new ClientError('outbox-failed', what, undefined, advice);
    }
    const lock = await WebLock.acquire(locks, `magpie-outbox:${name}`, signal).catch(
      (cause: unknown) => {
        const advice = 'give each page a name of its own, or share one connection';
        throw new ClientError('outbox-failed', `The outbox '${name}' is in use`, cause, advice);
      },
    );
    const outbox = new IndexedDbOutbox(name, { world, lock });
    try {
      await outbox.#open();
      return outbox;
    } catch (error) {
      await lock.release();
      throw failure(error);
    }
  }

  async load(): Promise<OutboxState> {
    const db = await this.#open();
    const transaction = db.transaction([PUBLICATIONS, RECEIVED], 'readonly');
    const [publications, received] = await Promise.all([
      resultOf(transaction.objectStore(PUBLICATIONS).getAll()),
      resultOf(transaction.objectStore(RECEIVED).getAllKeys()),
    ]);
    return {
      publications: publications as StoredPublication[], // in order of their keys
      received: received as number[],
    };
  }

  put(publication: StoredPublication): void {
    this.#changes.put(publication);
  }

  release(sequence: number): void {
    this.#changes.release(sequence);
  }

  remove(sequence: number): void {
    this.#changes.remove(sequence);
  }

  addReceived(packetId: number): void {
    this.#changes.received.set(packetId, true);
  }

  deleteReceived(packetId: number): void {
    this.#changes.received.set(packetId, false);
  }

  /** Keeps a value beside the publications; `undefined` forgets it. {@link flush} makes it safe. */
  note(key: string, value: unknown): void {
    this.#changes.notes.set(key, value);
  }

  /** All values that are kept, by key. */
  async notes(): Promise<Map<string, unknown>> {
    const db = await this.#open();
    const store = db.transaction([NOTES], 'readonly').objectStore(NOTES);
    const [keys, values] = await Promise.all([
      resultOf(store.getAllKeys()),
      resultOf(store.getAll()),
    ]);
    return new Map(keys.map((key, index) => [key as string, values[index]]));
  }

  flush(): Promise<void> {
    const flushed = this.#flushing.then(() => this.#write());
    this.#flushing = flushed.catch(() => {}); // the caller is told; the next one tries again
    return flushed;
  }

  /** Closes the outbox. What was not flushed is lost. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#flushing;
    this.#db?.close();
    await this.#lock.release();
  }

  async #write(): Promise<void> {
    const changes = this.#changes;
    if (changes.empty) return;
    this.#changes = new Changes();
    try {
      await writeChanges(await this.#open(), changes);
    } catch (error) {
      changes.append(this.#changes);
      this.#changes = changes;
      throw failure(error);
    }
  }

  async #open(): Promise<Db> {
    if (this.#db !== undefined) return this.#db;
    const request = this.#world.indexedDB!.open(`magpie-outbox:${this.#name}`, VERSION);
    request.addEventListener('upgradeneeded', () => {
      for (const store of STORES) request.result.createObjectStore(store);
    });
    const db = await resultOf(request);
    db.addEventListener('close', () => {
      this.#db = undefined;
    });
    this.#db = db;
    return db;
  }
}

/** All of them, or none. */
function writeChanges(db: Db, { publications, received, notes }: Changes): Promise<void> {
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(STORES, 'readwrite', { durability: 'strict' });
    transaction.addEventListener('complete', () => resolve());
    transaction.addEventListener('abort', () => reject(transaction.error ?? UNKNOWN));
    const messages = transaction.objectStore(PUBLICATIONS);
    for (const [sequence, change] of publications) {
      if (change === 'remove') messages.delete(sequence);
      else if (change === 'release') releaseIn(messages, sequence);
      // A view would take all of its buffer along.
      else messages.put({ ...change, payload: new Uint8Array(change.payload) }, sequence);
    }
    const identifiers = transaction.objectStore(RECEIVED);
    for (const [packetId, there] of received) {
      if (there) identifiers.put(true, packetId);
      else identifiers.delete(packetId);
    }
    const values = transaction.objectStore(NOTES);
    for (const [key, value] of notes) {
      if (value === undefined) values.delete(key);
      else values.put(value, key);
    }
  });
}

function releaseIn(store: DbStore, sequence: number): void {
  const found = store.get(sequence);
  found.addEventListener('success', () => {
    if (found.result === undefined) return;
    const publication = found.result as StoredPublication;
    store.put({ ...publication, payload: new Uint8Array(0), released: true }, sequence);
  });
}

function resultOf<T>(request: DbRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? UNKNOWN));
  });
}

function failure(cause: unknown): ClientError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const what = `IndexedDB cannot be used (${reason})`;
  if (!(cause instanceof Error && cause.name === 'QuotaExceededError')) {
    return new ClientError('outbox-failed', what, cause, 'allow this site to keep data');
  }
  const advice = 'free space on the device, or lower `outboxBytesMax`';
  return new ClientError('outbox-failed', 'The browser gives no more room', cause, advice);
}

const UNKNOWN = new Error('it gives no reason');
const WAIT_MS = 1000;
const VERSION = 1;
const PUBLICATIONS = 'publications';
const RECEIVED = 'received';
const NOTES = 'notes';
const STORES = [PUBLICATIONS, RECEIVED, NOTES];

/** What is used of IndexedDB and of Web Locks, as browsers have them, in pages and workers. */

/** Events of these objects: `success`, `error`, `upgradeneeded`; `complete`, `abort`; `close`. */
interface DbEvents {
  addEventListener(type: string, listener: () => void): void;
}

export interface DbRequest<T> extends DbEvents {
  readonly result: T;
  readonly error: Error | null;
}

export interface DbStore {
  get(key: number): DbRequest<unknown>;
  getAll(): DbRequest<unknown[]>;
  getAllKeys(): DbRequest<unknown[]>;
  put(value: unknown, key: number | string): DbRequest<unknown>;
  delete(key: number | string): DbRequest<unknown>;
}

export interface DbTransaction extends DbEvents {
  readonly error: Error | null;
  objectStore(name: string): DbStore;
}

export interface Db extends DbEvents {
  createObjectStore(name: string): unknown;
  transaction(
    stores: string[],
    mode: 'readonly' | 'readwrite',
    options?: { readonly durability: 'strict' },
  ): DbTransaction;
  close(): void;
}

/** Web Locks: a name is held by one at a time, until its promise ends or its page is gone. */
export interface WebLocks {
  request(
    name: string,
    options: { readonly signal?: AbortSignal },
    holding: () => Promise<void>,
  ): Promise<unknown>;
  /** Names that are held now, by any page or worker of the site. */
  query(): Promise<{ readonly held?: readonly { readonly name?: string }[] }>;
}

/** The globals of a page or worker; tests bring their own. */
export interface WebStorage {
  readonly indexedDB?: { open(name: string, version: number): DbRequest<Db> };
  /** `locks` is there in secure contexts alone: https, and localhost. */
  readonly navigator?: { readonly locks?: WebLocks };
}

import { IDBFactory } from 'fake-indexeddb';
import type { WebLocks, WebStorage } from './web-storage.js';

/** Web Locks as the standard has them, as far as they are used. */
export class FakeLocks implements WebLocks {
  readonly #held = new Map<string, Promise<void>>();

  async request(
    name: string,
    { signal }: { readonly signal?: AbortSignal },
    holding: () => Promise<void>,
  ): Promise<void> {
    await Promise.resolve(); // as in browsers, nobody is called at once
    const aborted = new Promise<never>((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
    for (let held = this.#held.get(name); held !== undefined; held = this.#held.get(name)) {
      signal?.throwIfAborted();
      await Promise.race([held, aborted]);
    }
    aborted.catch(() => {});
    const held = holding().finally(() => this.#held.delete(name));
    this.#held.set(name, held);
    await held;
  }

  async query(): Promise<{ held: { name: string }[] }> {
    await Promise.resolve();
    return { held: [...this.#held.keys()].map((name) => ({ name })) };
  }
}

/** A browser's storage in memory. */
export function fakeWebStorage(): WebStorage {
  // Its types need those of browsers.
  const Factory = IDBFactory as unknown as new () => NonNullable<WebStorage['indexedDB']>;
  return { indexedDB: new Factory(), navigator: { locks: new FakeLocks() } };
}

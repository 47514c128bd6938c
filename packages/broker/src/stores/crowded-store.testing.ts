/** A store that remembers very many sessions, whose clients are away. */
import { MemoryStore } from './memory-store.js';
import type { StoredSession, StoredState } from './store.js';

export class CrowdedStore extends MemoryStore {
  readonly #count: number;

  constructor(count: number) {
    super();
    this.#count = count;
  }

  override load(): Promise<StoredState> {
    const sessions = Array.from({ length: this.#count }, (_, at): StoredSession => {
      return {
        clientId: `client-${at}`,
        owner: { username: undefined },
        leftAtMs: 0,
        nextSequence: 0,
        subscriptions: new Map([[`plant/${at}/#`, 1]]),
        received: [],
        deliveries: [],
        replays: [],
      };
    });
    return Promise.resolve({ sessions, retained: [], wills: [], time: undefined });
  }
}

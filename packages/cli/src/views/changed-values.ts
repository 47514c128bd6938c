import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/**
 * Tells a message that changes the value of its topic from one that says it again. It knows the
 * topics of which something came last; one that it had to forget counts as changed.
 */
export class ChangedValues {
  readonly #digests: LRUCache<string, string>;

  /** @param charactersMax Memory for topics and digests, in characters. */
  constructor(charactersMax = CHARACTERS_MAX) {
    this.#digests = new LRUCache({
      maxSize: charactersMax,
      sizeCalculation: (digest, topic) => digest.length + topic.length,
    });
  }

  /** Whether the value differs from the last one of this topic; it is the last one then. */
  isChange(topic: string, payload: Uint8Array): boolean {
    const digest = createHash('sha256').update(payload).digest('base64');
    if (this.#digests.get(topic) === digest) return false;
    this.#digests.set(topic, digest);
    return true;
  }
}

/** Some 100,000 topics of usual length. */
const CHARACTERS_MAX = 8_000_000;

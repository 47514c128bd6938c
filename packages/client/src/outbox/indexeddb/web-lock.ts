import type { WebLocks } from './web-storage.js';

/**
 * A name that one page or worker of a site has at a time. It ends with its page, however that ends.
 */
export class WebLock {
  readonly #release: () => void;
  readonly #released: Promise<unknown>;

  private constructor(release: () => void, released: Promise<unknown>) {
    this.#release = release;
    this.#released = released;
  }

  /**
   * Waits until nobody else has it.
   *
   * @throws the reason of `signal`, if that is aborted before.
   */
  static acquire(locks: WebLocks, name: string, signal?: AbortSignal): Promise<WebLock> {
    return new Promise((resolve, reject) => {
      const released = locks.request(
        name,
        signal === undefined ? {} : { signal },
        () =>
          new Promise<void>((release) => {
            resolve(new WebLock(release, ended));
          }),
      );
      const ended = released.catch(reject);
    });
  }

  async release(): Promise<void> {
    this.#release();
    await this.#released;
  }
}

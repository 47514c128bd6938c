/**
 * Publishes that are under way, bounded: whoever reads faster than the server takes has to wait.
 * The first one that fails ends it.
 */
export class PublishWindow {
  #messages = 0;
  #bytes = 0;
  #failed: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;

  /** Adds a publish; what is returned is to be waited for before the next one. */
  add(publish: Promise<void>, bytes: number): Promise<void> | undefined {
    this.#messages++;
    this.#bytes += bytes;
    const over = (): void => {
      this.#messages--;
      this.#bytes -= bytes;
      this.#wake?.();
    };
    publish.then(over, (error: unknown) => {
      this.#failed ??= { error };
      over();
    });
    return this.#isFull() || this.#failed !== undefined
      ? this.#until(() => !this.#isFull())
      : undefined;
  }

  /** Resolves when nothing is under way any more. @throws what the first one failed with. */
  settled(): Promise<void> {
    return this.#until(() => this.#messages === 0);
  }

  #isFull(): boolean {
    return this.#messages >= MESSAGES_MAX || this.#bytes >= BYTES_MAX;
  }

  async #until(reached: () => boolean): Promise<void> {
    for (;;) {
      if (this.#failed !== undefined) throw this.#failed.error;
      if (reached()) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** Well below what the client's outbox holds. */
const MESSAGES_MAX = 1000;
const BYTES_MAX = 8 * 1024 * 1024;

/**
 * Listeners of one kind of event. Costs one comparison where nobody listens: ask {@link active}
 * first.
 */
export class Channel<E> {
  #listeners: readonly ((event: E) => void)[] = [];
  readonly #onError: (error: unknown) => void;

  /** @param onError Told when a listener throws; the others are still called. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  get active(): boolean {
    return this.#listeners.length > 0;
  }

  /** @returns A function that takes the listener off again. */
  on(listener: (event: E) => void): () => void {
    const entry = (event: E) => listener(event);
    this.#listeners = [...this.#listeners, entry];
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== entry);
    };
  }

  emit(event: E): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}

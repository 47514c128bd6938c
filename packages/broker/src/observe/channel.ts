/**
 * Listeners of one kind of event. Costs one comparison where nobody listens: ask {@link active}
 * first.
 */
export class Channel<E> {
  /** Whether anybody listens. A field, since it is asked for each message. */
  active = false;
  #listeners: readonly ((event: E) => void)[] = [];
  readonly #onError: (error: unknown) => void;

  /** @param onError Told when a listener throws; the others are still called. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** @returns A function that takes the listener off again. */
  on(listener: (event: E) => void): () => void {
    const entry = (event: E) => listener(event);
    this.#listenWith([...this.#listeners, entry]);
    return () => this.#listenWith(this.#listeners.filter((other) => other !== entry));
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

  #listenWith(listeners: readonly ((event: E) => void)[]): void {
    this.#listeners = listeners;
    this.active = listeners.length > 0;
  }
}

import { setImmediate } from 'node:timers/promises';

/** Lets signals and others have their turn now and then, in the middle of long work. */
export class Pauses {
  readonly #signal: AbortSignal;
  #steps = 0;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** Asked at each small step: whether a {@link pause} is due. */
  get isDue(): boolean {
    return ++this.#steps % STEPS === 0;
  }

  /** @throws The reason of the signal, if it was aborted. */
  async pause(): Promise<void> {
    await setImmediate();
    this.#signal.throwIfAborted();
  }
}

/** Of some microseconds each. */
const STEPS = 2048;

import { EXIT, type ExitCode } from '../exit-code.js';

/** The one end of a command that runs until something happens. */
export class Ending {
  /** Resolves to the exit code; rejects with what failed. */
  readonly reached: Promise<ExitCode>;
  /** Whatever comes now is not ours any more. */
  isReached = false;
  readonly #timer: NodeJS.Timeout | undefined;
  #settle: { resolve: (code: ExitCode) => void; reject: (error: unknown) => void } | undefined;

  /** @param timeoutMs Ends after so long, with {@link EXIT.timeout}; `undefined`: never. */
  constructor(signal: AbortSignal, timeoutMs: number | undefined) {
    this.reached = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.reached.catch(() => {});
    const stop = () => this.done(EXIT.ok);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    if (timeoutMs !== undefined) {
      this.#timer = setTimeout(() => this.done(EXIT.timeout), timeoutMs);
    }
  }

  done(code: ExitCode): void {
    this.isReached = true;
    this.#settle?.resolve(code);
  }

  failed(error: unknown): void {
    this.isReached = true;
    this.#settle?.reject(error);
  }

  /** Lets go of the timer. */
  over(): void {
    this.isReached = true;
    clearTimeout(this.#timer);
  }
}

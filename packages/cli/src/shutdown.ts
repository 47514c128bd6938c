import { constants } from 'node:os';
import { EXIT } from './exit-code.js';

/** The signals that ask the process to end. */
export const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
export type StopSignal = (typeof SIGNALS)[number];

/**
 * Longest time from the first signal to the end, in ms. Whatever still hangs then is left behind.
 */
export const CLOSE_TIMEOUT_MS = 10_000;

export interface ShutdownOptions {
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
  readonly err: (line: string) => void;
}

/**
 * From the first signal to the end: the first asks the command to return, a second one ends the
 * process at once, and so does the time-out.
 *
 *     running ──signal──▶ closing ──the command returns──▶ done
 *                            │ second signal: exit 128 + its number
 *                            │ time-out: exit 1
 */
export class Shutdown {
  readonly #options: ShutdownOptions;
  readonly #controller = new AbortController();
  #timeout: NodeJS.Timeout | undefined;

  constructor(options: ShutdownOptions) {
    this.#options = options;
  }

  /** Aborted by the first signal, with its name as the reason. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  request(name: StopSignal): void {
    const { exit, err } = this.#options;
    if (this.signal.aborted) {
      exit(128 + constants.signals[name]);
      return;
    }
    this.#timeout = setTimeout(() => {
      err(`Closing took longer than ${CLOSE_TIMEOUT_MS / 1000} s: giving up`);
      exit(EXIT.failure);
    }, CLOSE_TIMEOUT_MS);
    this.#controller.abort(name);
  }

  /**
   * The command has returned: the time-out only matters if something forgotten holds the process.
   */
  done(): void {
    this.#timeout?.unref();
  }
}

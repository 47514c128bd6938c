import type { Logger } from '@magpie/broker';
import type { RecoveryProgress } from '@magpie/broker/server';
import type { ProgressBar } from './command-context.js';

/** A line of the log comes so often, in ms. */
const LINE_MS = 3000;
/** The bar moves so often, and is not there before, in ms: most stores are open by then. */
const BAR_MS = 250;

/**
 * Says how far the recovery of a store is: on a terminal by a bar, else by a line of the log every
 * few seconds. A recovery that takes no time says nothing.
 */
export class RecoveryReport {
  readonly #log: Logger;
  readonly #bar: ProgressBar | undefined;
  readonly #nowMs: () => number;
  #toldMs: number;

  constructor(
    log: Logger,
    bar: ProgressBar | undefined,
    nowMs: () => number = () => performance.now(),
  ) {
    this.#log = log;
    this.#bar = bar;
    this.#nowMs = nowMs;
    this.#toldMs = nowMs();
  }

  take({ what, done, total }: RecoveryProgress): void {
    const nowMs = this.#nowMs();
    if (nowMs - this.#toldMs < (this.#bar === undefined ? LINE_MS : BAR_MS)) return;
    this.#toldMs = nowMs;
    if (this.#bar !== undefined) this.#bar.show(`Recovering ${what}`, done, total);
    else this.#log.info({ event: 'recovering', table: what, done, total }, 'recovering the store');
  }

  /** The store is open, or will not be. */
  end(): void {
    this.#bar?.end();
  }
}

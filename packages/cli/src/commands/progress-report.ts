import type { ProgressBar } from '../command-context.js';

/** The bar moves so often, and is not there before, in ms: most work is done by then. */
const BAR_MS = 250;

/** How far something is. */
export interface Progress {
  readonly what: string;
  readonly done: number;
  readonly total: number;
}

/** Shows on a terminal how far long work is; elsewhere it says nothing. */
export class ProgressReport {
  readonly #bar: ProgressBar | undefined;
  readonly #nowMs: () => number;
  #toldMs: number;

  constructor(bar: ProgressBar | undefined, nowMs: () => number = () => performance.now()) {
    this.#bar = bar;
    this.#nowMs = nowMs;
    this.#toldMs = nowMs();
  }

  /**
   * Does something that says how far it is.
   *
   * @param verb stands before what is counted: `Checking` pages
   */
  static async during<T>(
    bar: ProgressBar | undefined,
    verb: string,
    work: (onProgress: (progress: Progress) => void) => Promise<T>,
  ): Promise<T> {
    const report = new ProgressReport(bar);
    try {
      return await work(({ what, ...far }) => report.take({ what: `${verb} ${what}`, ...far }));
    } finally {
      report.end();
    }
  }

  take({ what, done, total }: Progress): void {
    const nowMs = this.#nowMs();
    if (this.#bar === undefined || nowMs - this.#toldMs < BAR_MS) return;
    this.#toldMs = nowMs;
    this.#bar.show(what, done, total);
  }

  /** Takes the bar away. */
  end(): void {
    this.#bar?.end();
  }
}

import { SingleBar } from 'cli-progress';
import type { ProgressBar } from './command-context.js';

/** A bar on a terminal, which is taken away in the end. */
export class TerminalBar implements ProgressBar {
  readonly #bar: SingleBar;
  #label: string | undefined;

  constructor(stream: NodeJS.WritableStream) {
    this.#bar = new SingleBar({
      stream,
      format: '{label} {bar} {percentage} % {value}/{total}',
      barCompleteChar: '█',
      barIncompleteChar: '░',
      barsize: 30,
      hideCursor: true,
      clearOnComplete: true,
      // It is drawn when it is told something, so that nothing goes on without its owner.
      fps: 100,
      noTTYOutput: false,
    });
  }

  show(label: string, done: number, total: number): void {
    if (label === this.#label) {
      this.#bar.update(done, { label });
      return;
    }
    this.end();
    this.#label = label;
    this.#bar.start(total, done, { label });
  }

  end(): void {
    if (this.#label === undefined) return;
    this.#label = undefined;
    this.#bar.stop();
  }
}

import type { CommandContext } from '../command-context.js';
import { cutText } from './fit-text.js';

/** A line of a terminal that is written again and again, and taken away in the end. */
export class StatusLine {
  readonly #context: Pick<CommandContext, 'print' | 'screen'>;
  #isShown = false;

  constructor(context: Pick<CommandContext, 'print' | 'screen'>) {
    this.#context = context;
  }

  /** Nothing, where stdout is no terminal. */
  async show(text: string): Promise<void> {
    const screen = this.#context.screen();
    if (screen === undefined) return;
    this.#isShown = true;
    await this.#context.print(`\r${cutText(text, screen.columns - 1)}${CLEAR_LINE}`);
  }

  /** Takes it away, for a line that stays. */
  async clear(): Promise<void> {
    if (!this.#isShown) return;
    this.#isShown = false;
    await this.#context.print(`\r${CLEAR_LINE}`);
  }
}

const CLEAR_LINE = '\x1b[K';

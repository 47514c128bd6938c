import type { CommandContext } from '../command-context.js';

/** How large a terminal is, in characters. */
export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/**
 * The second screen of a terminal, without a cursor: what stood on the first one is there again
 * when this is left. Lines that are too long are cut by the terminal.
 */
export class TerminalScreen {
  readonly #print: CommandContext['print'];
  #entered = false;

  /** @param print Writes to the terminal. */
  constructor(print: CommandContext['print']) {
    this.#print = print;
  }

  /** Draws a picture in the place of the one before; the first one enters the screen. */
  draw(lines: readonly string[]): Promise<void> {
    const enter = this.#entered ? '' : ENTER;
    this.#entered = true;
    return this.#print(`${enter}${HOME}${lines.join(`${CLEAR_LINE}\r\n`)}${CLEAR_REST}`);
  }

  /** Back to the first screen, with the cursor; nothing, if no picture was drawn. */
  async leave(): Promise<void> {
    if (!this.#entered) return;
    this.#entered = false;
    await this.#print(LEAVE);
  }
}

/** To the second screen, no cursor, no wrapping of lines. */
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l';
const LEAVE = '\x1b[?7h\x1b[?25h\x1b[?1049l';
const HOME = '\x1b[H';
const CLEAR_LINE = '\x1b[K';
const CLEAR_REST = '\x1b[K\x1b[J';

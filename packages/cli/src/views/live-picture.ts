import type { CommandContext } from '../command-context.js';
import { cutText } from '../terminal/fit-text.js';
import { safeText } from '../safe-log-line.js';
import { type ScreenSize, TerminalScreen } from '../terminal/terminal-screen.js';

export interface PictureParts {
  readonly context: Pick<CommandContext, 'print' | 'screen'>;
  /** The line above the picture. */
  readonly title: () => string;
  /** Draws the rest, in at most so many lines. */
  readonly lines: (size: ScreenSize) => string[];
  /** The picture cannot be drawn. */
  readonly failed: (error: unknown) => void;
}

/**
 * A picture on a terminal that is drawn again some times a second, if anything has changed, and
 * every second, for its ages. A slow terminal, or one that takes long to draw, gets fewer.
 */
export class LivePicture {
  readonly #parts: PictureParts;
  readonly #screen: TerminalScreen;
  #timer: NodeJS.Timeout | undefined;
  #drawing: Promise<void> | undefined;
  #changed = true;
  #nextAtMs = 0;
  #nextIdleAtMs = 0;
  #said: string[] = [];
  #last: readonly string[] = [];

  constructor(parts: PictureParts) {
    this.#parts = parts;
    this.#screen = new TerminalScreen(parts.context.print);
  }

  /** What it shows has changed. */
  touch(): void {
    this.#changed = true;
  }

  /** A line about the connection, which would destroy the picture if it went to stderr. */
  say(line: string): void {
    this.#said.push(safeText(line));
    this.#said = this.#said.slice(-SAID_MAX);
    this.touch();
  }

  /** Begins to draw. */
  start(): void {
    this.#tick();
    this.#timer = setInterval(() => this.#tick(), REDRAW_MS);
  }

  /**
   * Gives the terminal back, with the last picture on it.
   *
   * @returns The lines that were said meanwhile.
   */
  async finish(): Promise<readonly string[]> {
    if (this.#timer === undefined) return this.#said;
    clearInterval(this.#timer);
    await this.#drawing;
    await this.#screen.leave();
    if (this.#changed) this.#compose();
    const last = this.#last.map((line) => `${line}\n`).join('');
    await this.#parts.context.print(last);
    return this.#said;
  }

  #tick(): void {
    const nowMs = performance.now();
    if (this.#drawing !== undefined || nowMs < this.#nextAtMs) return;
    if (!this.#changed && nowMs < this.#nextIdleAtMs) return;
    this.#drawing = this.#draw().catch((error: unknown) => this.#parts.failed(error));
    void this.#drawing.then(() => {
      this.#drawing = undefined;
    });
  }

  async #draw(): Promise<void> {
    const beganMs = performance.now();
    this.#compose();
    this.#changed = false;
    await this.#screen.draw(this.#last);
    const tookMs = performance.now() - beganMs;
    this.#nextAtMs = beganMs + tookMs * (1 + PAUSE_FACTOR);
    this.#nextIdleAtMs = beganMs + IDLE_REDRAW_MS;
  }

  #compose(): void {
    const { context, title, lines } = this.#parts;
    const { columns, rows } = context.screen() ?? NO_TERMINAL;
    const said = this.#said.at(-1);
    const head = [title(), ...(said === undefined ? [''] : [said])];
    const room = Math.max(0, rows - head.length);
    this.#last = [
      ...head.slice(0, rows).map((line) => cutText(line, columns)),
      ...lines({ columns, rows: room }),
    ];
  }
}

const REDRAW_MS = 250;
const IDLE_REDRAW_MS = 1000;
/** So many times as long as drawing has taken, nothing is drawn. */
const PAUSE_FACTOR = 4;
const SAID_MAX = 20;
/** It was one when the command began. */
const NO_TERMINAL = { columns: 80, rows: 24 };

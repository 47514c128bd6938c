import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
// tidy-allow no-sleep: tmux does not tell when the screen changes
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { BIN } from '../process.testing.js';

const run = promisify(execFile);

/** A terminal of 80 × 24 characters in which a shell runs, and which can be looked at. */
export class Tmux {
  readonly #socket: string;

  private constructor(socket: string) {
    this.#socket = socket;
  }

  /** It ends with the test. */
  static async start(t: TestContext): Promise<Tmux> {
    const tmux = new Tmux(`magpie-${randomUUID()}`);
    t.after(() => tmux.#ask(['kill-server']));
    const size = ['-x', '80', '-y', '24'];
    const shell = 'env PS1="ready> " XDG_CONFIG_HOME=/nowhere LC_ALL=C.UTF-8 sh';
    await tmux.#ask(['-u', '-f', '/dev/null', 'new-session', '-d', ...size, shell]);
    await tmux.until((text) => text.includes('ready>'));
    return tmux;
  }

  /** Types a command line of magpie. */
  async type(args: readonly string[]): Promise<void> {
    const line = [process.execPath, BIN, ...args].map((word) => `'${word}'`).join(' ');
    await this.#ask(['send-keys', '-l', line]);
    await this.press('Enter');
  }

  /** Presses a key, as tmux calls it: `C-c`. */
  async press(key: string): Promise<void> {
    await this.#ask(['send-keys', key]);
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.#ask(['resize-window', '-x', String(columns), '-y', String(rows)]);
  }

  /** What is on the screen once `reached` holds for it. */
  async until(reached: (text: string) => boolean): Promise<string> {
    for (;;) {
      const text = await this.#ask(['capture-pane', '-p']);
      if (reached(text)) return text;
      await wait(50);
    }
  }

  /** A property of the terminal: `cursor_flag` is 1 if the cursor can be seen. */
  async property(name: string): Promise<string> {
    return (await this.#ask(['display-message', '-p', `#{${name}}`])).trim();
  }

  async #ask(args: readonly string[]): Promise<string> {
    const { stdout } = await run('tmux', ['-L', this.#socket, ...args]);
    return stdout;
  }
}

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

/** How a program ended: its exit code, or the signal that ended it. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * A program that a test runs beside itself: a client, or the broker. What it says on stdout and
 * stderr is kept as lines, in the order of arrival. It does not outlive the test.
 */
export class Program {
  readonly #name: string;
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly #watchers = new Set<() => void>();
  readonly #exit: Promise<Exit>;
  #ended = false;

  private constructor(name: string, child: ChildProcess) {
    this.#name = name;
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) this.#read(stream);
    this.#exit = new Promise((resolve, reject) => {
      child.once('error', reject);
      // 'close', not 'exit': only then everything it said has been read.
      child.once('close', (code, signal) => {
        this.#ended = true;
        resolve({ code, signal });
        this.#look();
      });
    });
    this.#exit.catch(() => {});
  }

  /**
   * Starts a program in the repository's folder.
   *
   * @param input what it reads from stdin; nothing by default
   */
  static start(t: TestContext, file: string, args: readonly string[], input = ''): Program {
    const child = spawn(file, args, { cwd: REPOSITORY, env: plainEnv(), stdio: 'pipe' });
    const program = new Program(`${file} ${args.join(' ')}`, child);
    t.after(async () => {
      child.kill('SIGKILL');
      await program.#exit;
    });
    // Who ends before it has read all of its input breaks the pipe; its exit code tells.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    return program;
  }

  /** All it has said so far. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** The first line that matches, now or later. */
  async line(pattern: RegExp): Promise<string> {
    const [line] = await this.linesLike(pattern, 1);
    return line as string;
  }

  /**
   * The lines that match, as soon as there are `count`.
   *
   * @throws AssertionError if it ends before that, with all it said.
   */
  linesLike(pattern: RegExp, count: number): Promise<string[]> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = this.#lines.filter((line) => pattern.test(line));
        if (found.length < count && !this.#ended) return;
        this.#watchers.delete(look);
        if (found.length >= count) resolve(found);
        else reject(this.#failure(`ended with ${found.length} of ${count} lines like ${pattern}`));
      };
      this.#watchers.add(look);
      look();
    });
  }

  /** Waits for its end. */
  async exit(): Promise<Exit> {
    return this.#exit;
  }

  /** Waits for its end, which has to be a good one. @returns All it said. */
  async succeeds(): Promise<readonly string[]> {
    const { code, signal } = await this.#exit;
    if (code !== 0) throw this.#failure(`ended with code ${code}, signal ${signal}`);
    return this.#lines;
  }

  /** Sends a signal and waits for the end. */
  async stop(signal: NodeJS.Signals): Promise<Exit> {
    assert.ok(this.#child.kill(signal), `${this.#name} is not running`);
    return this.#exit;
  }

  #failure(what: string): assert.AssertionError {
    const said = this.#lines.slice(-50).join('\n');
    return new assert.AssertionError({ message: `${this.#name}\n${what}; it said:\n${said}` });
  }

  #read(stream: Readable | null): void {
    if (stream === null) return;
    createInterface({ input: stream }).on('line', (line) => {
      this.#lines.push(line);
      this.#look();
    });
  }

  #look(): void {
    for (const look of this.#watchers) look();
  }
}

/** Runs a program to its good end. @returns All it said. */
export async function runProgram(
  t: TestContext,
  file: string,
  args: readonly string[],
  input = '',
): Promise<readonly string[]> {
  return Program.start(t, file, args, input).succeeds();
}

/** The settings of whoever runs the tests must not reach a broker that they start. */
function plainEnv(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([name]) => !name.startsWith('MAGPIE_'));
  return Object.fromEntries(entries);
}

/** The repository's folder. */
export const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));

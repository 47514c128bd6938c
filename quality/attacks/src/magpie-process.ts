import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface LogLine {
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** The real command in a process of its own. */
export class MagpieProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #waiting = new Set<() => void>();
  /** Lines of its log as they were written. */
  readonly lines: string[] = [];
  #stderr = '';

  /** @param args What follows `magpie broker`. */
  constructor(args: readonly string[], { openFilesMax }: { openFilesMax?: number } = {}) {
    const command = [process.execPath, COMMAND, 'broker', ...args];
    const limited = ['sh', '-c', `ulimit -n ${openFilesMax}; exec "$@"`, 'sh', ...command];
    const [file = '', ...rest] = openFilesMax === undefined ? command : limited;
    this.#child = spawn(file, rest, { stdio: ['ignore', 'pipe', 'pipe'], env: cleanEnv() });
    this.#ended = once(this.#child, 'close').then(() => this.#wake());
    if (this.#child.stdout !== null) {
      createInterface({ input: this.#child.stdout }).on('line', (line) => {
        this.lines.push(line);
        this.#wake();
      });
    }
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr += chunk.toString();
    });
  }

  /**
   * What it wrote to stderr: nothing, unless it broke. The password of its HTTP API is for whoever
   * started it, and left out.
   */
  get stderr(): string {
    const lines = this.#stderr.split('\n');
    return lines.filter((line) => !line.startsWith(FIRST_PASSWORD)).join('\n');
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** The first line, past or to come, that `is` holds for. */
  async line(is: (line: LogLine) => boolean): Promise<LogLine> {
    let read = 0;
    for (;;) {
      for (; read < this.lines.length; read++) {
        const line = JSON.parse(this.lines[read] ?? '') as LogLine;
        if (is(line)) return line;
      }
      if (this.hasEnded) throw new Error(`magpie has ended: ${this.stderr}`);
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
      });
    }
  }

  async port(listener: string): Promise<number> {
    const line = await this.line((one) => one.msg === 'listening' && one['listener'] === listener);
    return Number(line['port']);
  }

  /** Memory that it has and that is no file's, in bytes: what an attack can make grow. */
  async residentBytes(): Promise<number> {
    const status = await readFile(`/proc/${this.#child.pid}/status`, 'utf8');
    const line = status.split('\n').find((one) => one.startsWith('RssAnon:'));
    return Number(line?.split(':')[1]?.trim().split(' ')[0]) * 1024;
  }

  /** Processor time that it has used, in ms. */
  async processorMs(): Promise<number> {
    const stat = await readFile(`/proc/${this.#child.pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
  }

  async end(signal: 'SIGTERM' | 'SIGKILL' = 'SIGKILL'): Promise<void> {
    this.#child.kill(signal);
    await this.#ended;
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

/** The settings of whoever runs the tests must not reach the command. */
function cleanEnv(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('MAGPIE_')),
  );
}

const COMMAND = fileURLToPath(new URL('../../../packages/cli/bin/magpie.js', import.meta.url));
/** `sysconf(_SC_CLK_TCK)` is 100 wherever Linux runs Node.js. */
const MS_PER_TICK = 10;

const FIRST_PASSWORD = 'magpie: HTTP API: the password of admin is ';

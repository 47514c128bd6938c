import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** How to start a program and to know that it is ready. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  /** The port if this line of stdout says that the program is ready. */
  readonly readyPort?: (line: string) => number | undefined;
}

const OUTPUT_KEPT_CHARS = 2000;
const STOP_GRACE_MS = 10_000;

/**
 * One child process: it is started, reads like a program of its own, and is stopped by its handle.
 *
 * What it prints is read and thrown away but for the last of it, which explains a failed start.
 */
export class BrokerProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #output = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#exited = once(child, 'close');
    child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#keep(text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#keep(text));
  }

  /**
   * Starts the program.
   *
   * @throws if there is no such program.
   */
  static async spawn({ command, args }: Launch): Promise<BrokerProcess> {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    await once(child, 'spawn');
    return new BrokerProcess(child);
  }

  /**
   * Starts the program and waits for the line that names its port.
   *
   * @throws with its last output if it ends before.
   */
  static async spawnUntilReady(
    launch: Launch & Required<Pick<Launch, 'readyPort'>>,
  ): Promise<{ process: BrokerProcess; port: number }> {
    const process = await BrokerProcess.spawn(launch);
    const port = await process.#portSaid(launch.readyPort);
    if (port === undefined) throw process.failedToStart();
    return { process, port };
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  failedToStart(): Error {
    const name = this.#child.spawnargs.join(' ');
    return new Error(`Cannot start ${name}: ${this.#output.trim() || 'it ended without a word'}`);
  }

  /** Asks it to end, and ends it for good if it does not listen. */
  async stop(): Promise<void> {
    if (!this.hasExited) {
      this.#child.kill('SIGTERM');
      const deadline = setTimeout(() => this.#child.kill('SIGKILL'), STOP_GRACE_MS);
      await this.#exited;
      clearTimeout(deadline);
    }
  }

  #keep(text: string): void {
    this.#output = (this.#output + text).slice(-OUTPUT_KEPT_CHARS);
  }

  async #portSaid(readyPort: (line: string) => number | undefined): Promise<number | undefined> {
    if (this.#child.stdout === null) return undefined;
    const lines = createInterface({ input: this.#child.stdout });
    const { promise, resolve } = withResolvers<number | undefined>();
    lines.on('line', (line) => {
      const port = readyPort(line);
      if (port !== undefined) resolve(port);
    });
    void this.#exited.then(() => resolve(undefined));
    const port = await promise;
    lines.close();
    this.#child.stdout.resume(); // closing the reader pauses its source
    return port;
  }
}

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

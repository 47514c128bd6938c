import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

/** How to start a broker that keeps what it has in a directory. */
export interface BrokerCommand {
  readonly file: string;
  readonly args: readonly string[];
  /** Where it listens, if it does not say so itself: then it is asked until it does. */
  readonly port?: number;
  /** Beside the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** The number of a signal that ends it as SIGKILL does; left out: SIGKILL. */
  readonly killSignal?: number;
}

/** A broker in a process of its own, which is there to be killed. */
export class BrokerProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #killSignal: number | undefined;
  readonly #lines: string[] = [];
  /** Its port, as soon as it listens; `undefined` if it ends before. */
  readonly port: Promise<number | undefined>;

  constructor({ file, args, port: knownPort, env, killSignal }: BrokerCommand) {
    this.#killSignal = killSignal;
    const stdio = ['ignore', 'pipe', 'pipe'] as const;
    this.#child = spawn(file, args, { stdio: [...stdio], env: { ...process.env, ...env } });
    this.#ended = once(this.#child, 'close');
    this.port = new Promise((resolve) => {
      for (const stream of [this.#child.stdout, this.#child.stderr]) {
        if (stream === null) continue;
        createInterface({ input: stream }).on('line', (line) => {
          this.#lines.push(line);
          if (this.#lines.length > LINES_KEPT) this.#lines.shift();
          const port = portIn(line);
          if (port !== undefined) resolve(port);
        });
      }
      void this.#ended.then(() => resolve(undefined));
      if (knownPort !== undefined) void this.#untilItListens(knownPort).then(resolve);
    });
  }

  /** Whether it ended before anybody killed it. */
  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** How it ended; `undefined`: by a signal, or it has not. */
  get exitCode(): number | undefined {
    return this.#child.exitCode ?? undefined;
  }

  /** The last of what it said. */
  get said(): string {
    return this.#lines.join('\n');
  }

  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    const { pid } = this.#child;
    const isSpecial = signal === 'SIGKILL' && this.#killSignal !== undefined && pid !== undefined;
    if (isSpecial && !this.hasEnded) process.kill(pid, this.#killSignal);
    else this.#child.kill(signal);
    await this.#ended;
  }

  async #untilItListens(port: number): Promise<number | undefined> {
    while (!this.hasEnded) {
      const socket = connect({ host: '127.0.0.1', port });
      try {
        await once(socket, 'connect');
        return port;
      } catch {
        await delay(ASK_AGAIN_MS);
      } finally {
        socket.destroy();
      }
    }
    return undefined;
  }
}

/** The port in the log line that says that it listens. */
function portIn(line: string): number | undefined {
  if (!line.includes('"listening"')) return undefined;
  const { msg, port } = JSON.parse(line) as { readonly msg?: string; readonly port?: number };
  return msg === 'listening' ? port : undefined;
}

const LINES_KEPT = 50;
const ASK_AGAIN_MS = 5;

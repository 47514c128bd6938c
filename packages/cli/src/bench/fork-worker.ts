import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CommandFailure } from '../mqtt/command-failure.js';
import type { Figures } from './figures.js';
import type { LoadPart } from './load-worker.js';
import type { WorkerHandle } from './worker-handle.js';
import type { WorkerAnswer, WorkerAsk, WorkerQuestion } from './worker-messages.js';

/**
 * A worker in a process of its own: it has an event loop for itself, and takes nobody with it when
 * it crashes. It ends with this process, however that ends.
 *
 * What it is asked rejects with a {@link CommandFailure} if the process has ended.
 */
export function forkWorker(part: LoadPart): WorkerHandle & { readonly pid: number | undefined } {
  const worker = new ForkedWorker(part);
  return {
    pid: worker.pid,
    connect: () => worker.ask('connect') as Promise<void>,
    go: (phases) => worker.ask('go', phases) as Promise<void>,
    figures: () => worker.ask('figures') as Promise<Figures>,
    stop: () => worker.ask('stop') as ReturnType<WorkerHandle['stop']>,
    sentTimes: () => worker.ask('sentTimes') as ReturnType<WorkerHandle['sentTimes']>,
    learn: (times) => worker.ask('learn', times) as Promise<void>,
    missing: (sent) => worker.ask('missing', sent) as ReturnType<WorkerHandle['missing']>,
    forget: () => worker.ask('forget') as Promise<void>,
    close: () => worker.close(),
  };
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

class ForkedWorker {
  readonly #name: string;
  readonly #child: ChildProcess;
  /** By number: questions without an answer. */
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended: Promise<void>;
  #asked = 0;
  /** Why nothing can be asked any more. */
  #gone: CommandFailure | undefined;

  constructor(part: LoadPart) {
    this.#name = `Worker ${part.worker + 1} of ${part.workers}`;
    this.#child = fork(MAIN, {
      // Payloads of bytes and numbers that JSON does not know go through it, too.
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#child.on('message', (answer) => this.#take(answer as WorkerAnswer));
    this.#ended = new Promise((resolve) => {
      this.#child.on('error', (error) => {
        this.#end(`${this.#name} could not be started: ${error.message}`);
        resolve();
      });
      this.#child.on('exit', (code, signal) => {
        this.#end(
          `${this.#name} ended with ${signal ?? `code ${code}`} before the test was over: `
            + 'its connections are lost',
        );
        resolve();
      });
    });
    // Whoever asks it next hears what became of it.
    this.ask('start', part).catch(() => {});
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  ask(question: WorkerQuestion, ...args: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#gone !== undefined) {
        reject(this.#gone);
        return;
      }
      const id = this.#asked++;
      this.#waiting.set(id, { resolve, reject });
      const ask: WorkerAsk = { id, question, args };
      // Where this fails the process has ended, or is about to: its end says more.
      this.#child.send(ask, () => {});
    });
  }

  /** Ends its connections in good order, and then the process. */
  async close(): Promise<void> {
    if (this.#gone !== undefined) return;
    const overdue = setTimeout(() => this.#child.kill('SIGKILL'), CLOSE_MS);
    try {
      await this.ask('close');
      this.#child.disconnect();
    } catch {
      this.#child.kill('SIGKILL');
    }
    await this.#ended;
    clearTimeout(overdue);
  }

  #take(answer: WorkerAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('problem' in answer) waiting?.reject(new Error(`${this.#name}: ${answer.problem}`));
    else waiting?.resolve(answer.value);
  }

  #end(why: string): void {
    this.#gone ??= new CommandFailure(why);
    for (const { reject } of this.#waiting.values()) reject(this.#gone);
    this.#waiting.clear();
  }
}

const MAIN = fileURLToPath(new URL('main.js', import.meta.url));
/** Longer than the connections may take for their end. */
const CLOSE_MS = 5000;

import type { LoadPart } from './load-worker.js';
import { localWorker, type WorkerHandle } from './worker-handle.js';
import type { WorkerAnswer, WorkerAsk } from './worker-messages.js';

/** The end of a channel between two processes. */
export interface WorkerChannel {
  on(event: 'message', listener: (ask: WorkerAsk) => void): unknown;
  send(answer: WorkerAnswer): void;
}

/** Starts the worker that it is told to through a channel, and answers what that is asked. */
export function serveWorker(channel: WorkerChannel): void {
  let worker: WorkerHandle | undefined;
  const answer = async ({ question, args }: WorkerAsk): Promise<unknown> => {
    if (question === 'start') {
      worker = localWorker(args[0] as LoadPart);
      return undefined;
    }
    if (worker === undefined) throw new Error(`There is no worker yet to ask for '${question}'`);
    return (worker[question] as (...args: readonly unknown[]) => Promise<unknown>)(...args);
  };
  channel.on('message', (ask) => {
    answer(ask).then(
      (value) => channel.send({ id: ask.id, value }),
      (error: unknown) => channel.send({ id: ask.id, problem: problemOf(error) }),
    );
  });
}

function problemOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

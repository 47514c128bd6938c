import { once } from 'node:events';
import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  Worker,
} from 'node:worker_threads';
import type { Clock } from '../model/clock.js';
import type { ThreadData } from './load-thread.js';

/** What is done in a thread, and what it may take. */
export interface ThreadWork {
  /** A module that exports `pieces(data)`, see load-thread.ts. */
  readonly module: URL;
  /** Copied to the thread. */
  readonly data: unknown;
  readonly timeMsMax: number;
  readonly memoryMiBMax: number;
}

/** The thread was ended before it was done: it took too much, or nobody wants it any more. */
export class ThreadEnded extends Error {
  override readonly name = 'ThreadEnded';
}

/**
 * Has a thread do work that would keep all clients waiting here, and takes what comes of it piece
 * by piece, so that taking it keeps nobody waiting either. The thread ends before this resolves.
 *
 * @throws {ThreadEnded} if it takes more than it may, or was aborted.
 * @throws {Error} what the module throws.
 */
export async function loadInThread(
  { module, data, timeMsMax, memoryMiBMax }: ThreadWork,
  clock: Clock,
  signal: AbortSignal,
): Promise<Pieces> {
  if (signal.aborted) throw new ThreadEnded(ABORTED);
  const { port1, port2 } = new MessageChannel();
  const workerData: ThreadData = { module: module.href, data, port: port2 };
  const thread = new Worker(THREAD, {
    workerData,
    transferList: [port2],
    name: 'magpie-file',
    // Not the flags of the process: some of them, such as --input-type, no file can be run with.
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: memoryMiBMax },
  });
  let why: string | undefined;
  const end = (reason: string) => {
    why = reason;
    void thread.terminate();
  };
  const abort = () => end(ABORTED);
  signal.addEventListener('abort', abort, { once: true });
  const cancel = clock.after(timeMsMax, () => end(`it takes longer than ${timeMsMax / 1000} s`));
  try {
    // That it has ended: all that it has said is here. Rejects with what it threw.
    const [exitCode] = (await once(thread, 'exit')) as [number];
    if (why !== undefined) throw new ThreadEnded(why);
    if (exitCode !== 0) throw new Error(`The thread that reads files ended with ${exitCode}`);
    return new Pieces(port1);
  } catch (error) {
    port1.close();
    if ((error as NodeJS.ErrnoException).code !== 'ERR_WORKER_OUT_OF_MEMORY') throw error;
    throw new ThreadEnded(`it takes more than ${memoryMiBMax} MiB of memory`, { cause: error });
  } finally {
    cancel();
    signal.removeEventListener('abort', abort);
  }
}

/** What a thread has made, in its order. */
export class Pieces {
  readonly #port: MessagePort;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  /** `undefined`: there are no more. */
  next(): unknown {
    return receiveMessageOnPort(this.#port)?.message as unknown;
  }
}

const THREAD = new URL('./load-thread.js', import.meta.url);
const ABORTED = 'the broker is closed';

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

export interface Song {
  /** Longest way of a message, in ms. */
  readonly longestMs: number;
  readonly messages: number;
}

/** The client that must not feel the attacks; see canary-thread.ts. */
export class Canary {
  readonly #worker: Worker;

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  static async start(port: number): Promise<Canary> {
    const url = new URL('./canary-thread.js', import.meta.url);
    const worker = new Worker(url, { workerData: { port } });
    await once(worker, 'message');
    return new Canary(worker);
  }

  /** What it has measured since the last time. @throws {Error} if it was disconnected. */
  async song(): Promise<Song> {
    this.#worker.postMessage('tell', []);
    const [song] = (await once(this.#worker, 'message')) as [Song | 'closed'];
    if (song === 'closed') throw new Error('The canary was disconnected');
    return song;
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}

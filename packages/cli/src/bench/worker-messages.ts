import type { WorkerHandle } from './worker-handle.js';

/** What a worker process can be asked: to make its worker, and all that a worker can do. */
export type WorkerQuestion = 'start' | keyof WorkerHandle;

/** To a worker process. */
export interface WorkerAsk {
  readonly id: number;
  readonly question: WorkerQuestion;
  readonly args: readonly unknown[];
}

/** From a worker process: to the question of that number. */
export type WorkerAnswer =
  | { readonly id: number; readonly value: unknown }
  /** It threw this. */
  | { readonly id: number; readonly problem: string };

import type { Figures } from './figures.js';
import { type LoadPart, LoadWorker, type Phases } from './load-worker.js';
import type { SentCounts } from './reception.js';

/** A {@link LoadWorker}, wherever it runs. What it is asked rejects if it is gone. */
export interface WorkerHandle {
  connect(): Promise<void>;
  go(phases: Phases): Promise<void>;
  figures(): Promise<Figures>;
  stop(): Promise<(readonly [stream: number, sent: number])[]>;
  missing(sent: SentCounts): Promise<number>;
  close(): Promise<void>;
}

/** One in this process. */
export function localWorker(part: LoadPart): WorkerHandle {
  const worker = new LoadWorker(part);
  return {
    connect: () => worker.connect(),
    go: async (phases) => worker.go(phases),
    figures: async () => worker.figures(),
    stop: async () => worker.stop(),
    missing: async (sent) => worker.missing(sent),
    close: () => worker.close(),
  };
}

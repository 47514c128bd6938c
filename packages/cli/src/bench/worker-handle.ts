import type { Figures } from './figures.js';
import { type LoadPart, LoadWorker, type Phases } from './load-worker.js';
import type { Missing, SentCounts, SentTimes } from './reception.js';
import type { SendTimes } from './send-log.js';

/** A {@link LoadWorker}, wherever it runs. What it is asked rejects if it is gone. */
export interface WorkerHandle {
  connect(): Promise<void>;
  go(phases: Phases): Promise<void>;
  figures(): Promise<Figures>;
  stop(): Promise<(readonly [stream: number, sent: number])[]>;
  /** Where devices come and go: by stream, when the messages from there were due. */
  sentTimes(): Promise<(readonly [stream: number, times: SendTimes])[]>;
  /** Tells when all messages were due, before it is asked what is missing. */
  learn(times: SentTimes): Promise<void>;
  missing(sent: SentCounts): Promise<Missing>;
  /** Ends all connections, and with them the sessions that would outlive them. */
  forget(): Promise<void>;
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
    sentTimes: async () => worker.sentTimes(),
    learn: async (times) => worker.learn(times),
    forget: () => worker.forget(),
    missing: async (sent) => worker.missing(sent),
    close: () => worker.close(),
  };
}

import { type MessagePort, workerData } from 'node:worker_threads';

/** What the thread of load-in-thread.ts is told. */
export interface ThreadData {
  /** Address of a {@link ThreadModule}. */
  readonly module: string;
  readonly data: unknown;
  /** Takes the pieces. */
  readonly port: MessagePort;
}

/** A module whose work is done in a thread. */
export interface ThreadModule {
  /** Each piece is copied, and so small that whoever takes it waits for no more than a moment. */
  readonly pieces: (data: unknown) => Iterable<unknown>;
}

const { module, data, port } = workerData as ThreadData;
const { pieces } = (await import(module)) as ThreadModule;
for (const piece of pieces(data)) port.postMessage(piece);
port.close();

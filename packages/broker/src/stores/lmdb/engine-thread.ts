import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { type Clock, SystemClock } from '../../model/clock.js';
import { Compactor } from './compactor.js';
import { Damage } from './damage.js';
import type { EngineEvent } from './engine-events.js';
import type {
  EngineAnswer,
  EngineMessage,
  EngineOptions,
  EngineRequest,
} from './engine-messages.js';
import { LazySync } from './lazy-sync.js';
import { LmdbEnvironment } from './lmdb-environment.js';
import type { BatchBytes } from './write-batch.js';

/**
 * The thread of {@link LmdbEngine}: does what it is asked, one after the other, and answers. What
 * waits for the disk waits here. Between requests it compacts the file.
 */
export function serveEngine(
  port: MessagePort,
  { directory, sync, syncIntervalMs, compaction }: EngineOptions,
  clock: Clock = new SystemClock(),
): void {
  const say = (message: EngineMessage) => port.postMessage(message, memoryOf(message));
  const tell = (event: EngineEvent) => say({ type: 'event', event });
  const work = new Work();
  const exclusive = <T>(task: () => Promise<T>) => work.add(task);
  let environment: LmdbEnvironment;
  try {
    const lazy =
      sync === 'always' || sync === 'never'
        ? undefined
        : new LazySync({ mode: sync, intervalMs: syncIntervalMs, clock, exclusive, tell });
    environment = LmdbEnvironment.open(directory, {
      durable: sync !== 'never',
      lazy,
      onCheck: (pages, total) => tell({ type: 'checked', pages, total }),
      onWentBack: () => tell({ type: 'went-back' }),
    });
  } catch (error) {
    say(failed(error));
    return;
  }
  const compactor = new Compactor({ environment, exclusive, clock, rules: compaction, tell });
  const service = new Service(environment, compactor);
  port.on('message', (request: EngineRequest) => {
    void work.add(async () => {
      say(await service.answer(request));
      if (request.type === 'close') port.close();
    });
  });
  say({ type: 'done' });
  compactor.start();
}

/** Tasks, one after the other. */
class Work {
  #last: Promise<unknown> = Promise.resolve();

  add<T>(task: () => Promise<T>): Promise<T> {
    const done = this.#last.then(task);
    this.#last = done.catch(() => {}); // told to whoever added it
    return done;
  }
}

class Service {
  readonly #environment: LmdbEnvironment;
  readonly #compactor: Compactor;

  constructor(environment: LmdbEnvironment, compactor: Compactor) {
    this.#environment = environment;
    this.#compactor = compactor;
  }

  async answer(request: EngineRequest): Promise<EngineAnswer> {
    try {
      return await this.#perform(request);
    } catch (error) {
      return failed(error, request.type === 'write' ? request.batches : []);
    }
  }

  async #perform(request: EngineRequest): Promise<EngineAnswer> {
    if (request.type === 'read') {
      const { table, after, bytesMax, snapshot } = request;
      return { type: 'piece', piece: this.#environment.read(table, after, bytesMax, snapshot) };
    }
    if (request.type === 'fetch') {
      const { table, numbers, bytesMax } = request;
      return { type: 'fetched', piece: this.#environment.fetch(table, numbers, bytesMax) };
    }
    if (request.type === 'count') {
      return { type: 'count', count: this.#environment.count(request.table) };
    }
    if (request.type === 'write') {
      await this.#compactor.write(request.batches);
      return { type: 'written', batches: request.batches };
    }
    if (request.type === 'snapshot') {
      await this.#compactor.hold();
      return { type: 'snapshot', counts: this.#environment.hold() };
    }
    if (request.type === 'release') {
      this.#environment.release();
      this.#compactor.release();
      return { type: 'done' };
    }
    await this.#compactor.close();
    await this.#environment.end();
    return { type: 'done' };
  }
}

/** Batches change hands without a copy. */
function memoryOf(message: EngineMessage): ArrayBuffer[] {
  if ('piece' in message) return [message.piece.bytes.buffer];
  return 'batches' in message ? message.batches.map(({ bytes }) => bytes.buffer) : [];
}

function failed(error: unknown, batches: readonly BatchBytes[] = []): EngineAnswer {
  const message = error instanceof Error ? error.message : String(error);
  return { type: 'failed', message, isDamage: error instanceof Damage, batches };
}

if (parentPort !== null) serveEngine(parentPort, workerData as EngineOptions);

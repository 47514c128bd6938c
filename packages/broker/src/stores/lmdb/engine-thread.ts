import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { EngineAnswer, EngineRequest } from './engine-messages.js';
import { LmdbEnvironment } from './lmdb-environment.js';
import type { BatchBytes } from './write-batch.js';

/**
 * The thread of {@link LmdbEngine}: does what it is asked, one after the other, and answers. What
 * waits for the disk waits here.
 */
export async function serveEngine(port: MessagePort, directory: string): Promise<void> {
  let environment: LmdbEnvironment;
  try {
    environment = LmdbEnvironment.open(directory);
  } catch (error) {
    port.postMessage(failed(error));
    return;
  }
  port.postMessage({ type: 'done' } satisfies EngineAnswer);
  let busy = Promise.resolve();
  port.on('message', (request: EngineRequest) => {
    busy = busy.then(async () => {
      const answer = await answerTo(environment, request);
      port.postMessage(answer, memoryOf(answer));
      if (request.type === 'close') port.close();
    });
  });
}

async function answerTo(
  environment: LmdbEnvironment,
  request: EngineRequest,
): Promise<EngineAnswer> {
  try {
    return await perform(environment, request);
  } catch (error) {
    return failed(error, request.type === 'write' ? request.batches : []);
  }
}

async function perform(
  environment: LmdbEnvironment,
  request: EngineRequest,
): Promise<EngineAnswer> {
  if (request.type === 'read') {
    const { table, after, bytesMax } = request;
    return { type: 'piece', piece: environment.read(table, after, bytesMax) };
  }
  if (request.type === 'fetch') {
    const { table, numbers, bytesMax } = request;
    return { type: 'fetched', piece: environment.fetch(table, numbers, bytesMax) };
  }
  if (request.type === 'count') return { type: 'count', count: environment.count(request.table) };
  if (request.type === 'write') {
    await environment.write(request.batches);
    return { type: 'written', batches: request.batches };
  }
  await environment.close();
  return { type: 'done' };
}

/** Batches change hands without a copy. */
function memoryOf(answer: EngineAnswer): ArrayBuffer[] {
  if ('piece' in answer) return [answer.piece.bytes.buffer];
  return 'batches' in answer ? answer.batches.map(({ bytes }) => bytes.buffer) : [];
}

function failed(error: unknown, batches: readonly BatchBytes[] = []): EngineAnswer {
  const message = error instanceof Error ? error.message : String(error);
  return { type: 'failed', message, batches };
}

if (parentPort !== null) {
  const { directory } = workerData as { readonly directory: string };
  await serveEngine(parentPort, directory);
}

import { createBroker } from '@magpie/broker';
import type { Target } from './context.js';

/** Longest wait for a step: only a broker that will never answer takes it. */
const TIMEOUT_MS = 10_000;

export interface RunningMagpie extends AsyncDisposable {
  readonly target: Target & { readonly wsUrl: string };
}

/** A Magpie of its own, in memory, on free ports. */
export async function startMagpie(): Promise<RunningMagpie> {
  const broker = await createBroker();
  const tcp = await broker.listen({ type: 'tcp', host: '127.0.0.1', port: 0 });
  const web = await broker.listen({ type: 'ws', host: '127.0.0.1', port: 0, path: '/mqtt' });
  return {
    target: {
      url: `mqtt://127.0.0.1:${tcp.port}`,
      wsUrl: `ws://127.0.0.1:${web.port}/mqtt`,
      timeoutMs: TIMEOUT_MS,
    },
    [Symbol.asyncDispose]: () => broker.close(),
  };
}

import type { Context } from '../suite/context.js';

/**
 * Longest wait for the close of a client that is silent at a keep alive of 1 s, in ms, where the
 * test is not about how exact the server is: some look at their clients every few seconds only.
 */
export function silenceWaitMs({ target }: Context): number {
  return target.timeoutMs * 3;
}

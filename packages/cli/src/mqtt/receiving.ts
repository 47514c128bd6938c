import type { Client, ReceivedMessage, Subscription } from '@magpie/client';
import { matches, type QoS } from '@magpie/protocol';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ExitCode } from '../exit-code.js';
import { audibleClient, type Voice } from './client-session.js';
import type { ConnectionPlan } from './connection-plan.js';
import { Ending } from './ending.js';

/** What to receive. */
export interface ReceivePlan {
  readonly filters: readonly string[];
  readonly qos: QoS;
  /** Ends after so long, with `EXIT.timeout`; `undefined`: never. */
  readonly timeoutMs: number | undefined;
  /** Messages that may be taken before the first of them is done with. Default: 1. */
  readonly handlersMax?: number;
  /** QoS 0 messages that wait to be taken; more are dropped by the client. */
  readonly bufferMax: number;
  /** Bytes of messages that wait to be taken; with more the server is not read. Default: 16 MiB. */
  readonly bufferBytesMax?: number;
}

/**
 * For receivers that must not lose QoS 0 by being slow: the server waits before anything is
 * dropped, for a message that waits has at least a byte. Many messages are taken at a time.
 */
export const UNHURRIED = {
  handlersMax: 10_000,
  bufferMax: 2 * 1024 * 1024,
  bufferBytesMax: 1024 * 1024,
} as const;

/** Who receives. */
export interface Receiver {
  /**
   * A message, once, in the order of arrival. It is acknowledged when what this returns is done;
   * nothing comes after the end.
   */
  readonly take: (message: ReceivedMessage) => void | Promise<void>;
  /**
   * The server has answered the subscriptions; not told any more when it finishes.
   *
   * @returns The exit code, if that is the end.
   */
  readonly granted?: (client: Client) => Promise<ExitCode | undefined>;
  /** The end was reached, well or not; what this does comes before the last acknowledgements. */
  readonly finish?: () => Promise<void>;
}

/**
 * Subscribes and receives until something ends it: the receiver, a signal, the time, a failure.
 *
 * @param open Makes the receiver; it may end it all.
 * @throws {ClientError} if the server cannot be reached or refuses.
 */
export async function receiveUntilEnd(
  { server, options }: ConnectionPlan,
  plan: ReceivePlan,
  { signal, voice }: { readonly signal: AbortSignal; readonly voice: Voice },
  open: (client: Client, ending: Ending) => Receiver,
): Promise<ExitCode> {
  const { bufferBytesMax } = plan;
  const limits = bufferBytesMax === undefined ? {} : { bufferBytesMax };
  const client = audibleClient(server, { ...options, ...limits }, voice);
  const ending = new Ending(signal, plan.timeoutMs);
  const receiver = open(client, ending);
  const subscriptions = subscribeAll(client, plan, (message) =>
    // Whatever comes after the end is not ours to acknowledge.
    ending.isReached ? NEVER : receiver.take(message),
  );
  client.on('state', (state) => {
    if (state.type === 'ended' && state.why !== undefined) ending.failed(state.why);
  });
  client.on('error', (error) => {
    if (error.code === 'handler-failed') ending.failed(error.cause);
  });
  let isFinishing = false;
  const ready = async () => {
    await client.connected();
    await answersOf(subscriptions, voice);
    // What it would begin now nobody would end: a timer would hold the process.
    if (isFinishing) return;
    const code = await receiver.granted?.(client);
    if (code !== undefined) ending.done(code);
  };
  try {
    await client.start();
    ready().catch((error: unknown) => ending.failed(error));
    return await ending.reached;
  } finally {
    isFinishing = true;
    ending.over();
    await finish(client, receiver);
  }
}

async function finish(client: Client, receiver: Receiver): Promise<void> {
  try {
    await receiver.finish?.();
    // What is done with now is acknowledged before the connection ends.
    if (receiver.finish !== undefined) await nextTurn();
  } finally {
    await client.end();
  }
}

/** A message that several filters match is taken for the first of them. */
function subscribeAll(
  client: Client,
  { filters, qos, bufferMax, handlersMax = 1 }: ReceivePlan,
  take: (message: ReceivedMessage) => void | Promise<void>,
): Subscription[] {
  return filters.map((filter) =>
    client.subscribe(filter, { qos, bufferMax, handlersMax }, (message) => {
      const { topic } = message;
      const isFirst = filters.length === 1 || filters.find((one) => matches(one, topic)) === filter;
      return isFirst ? take(message) : undefined;
    }),
  );
}

/** A filter that the server refuses is told; it is the end only if none is granted. */
async function answersOf(subscriptions: readonly Subscription[], { err }: Voice): Promise<void> {
  const answers = await Promise.allSettled(subscriptions.map(({ ready }) => ready));
  const refusals = answers.flatMap((one) =>
    one.status === 'rejected' ? [one.reason as Error] : [],
  );
  if (refusals.length === subscriptions.length && refusals[0] !== undefined) throw refusals[0];
  for (const { message } of refusals) err(message);
}

const NEVER = new Promise<void>(() => {});

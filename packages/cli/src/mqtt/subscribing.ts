import type { Client, ReceivedMessage, Subscription } from '@magpie/client';
import { matches, type QoS } from '@magpie/protocol';
import type { CommandContext } from '../command-context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { audibleClient, type Voice } from './client-session.js';
import type { ConnectionPlan } from './connection-plan.js';
import type { MessageLine } from './message-line.js';

/** What to receive and what of it to show. */
export interface SubPlan {
  readonly filters: readonly string[];
  readonly qos: QoS;
  /** Ends after so many messages. */
  readonly countMax: number;
  /** Ends after so long, with {@link EXIT.timeout}; `undefined`: never. */
  readonly timeoutMs: number | undefined;
  readonly line: MessageLine;
  /** Whether a line ends after each message. */
  readonly newline: boolean;
  /** Topics of these filters are not shown. */
  readonly hidden?: readonly string[];
  readonly skipRetained?: boolean;
  /** Ends at the first message that is not retained. */
  readonly retainedOnly?: boolean;
  /** Deletes retained messages that are received. */
  readonly removeRetained?: boolean;
  /** 0 to 1: how likely a message is shown. Default: 1. */
  readonly share?: number;
}

export interface SubHooks {
  readonly voice: Voice;
  /** The server has answered. @returns The exit code, if that is the end. */
  readonly granted: (client: Client) => Promise<ExitCode | undefined>;
}

/**
 * Subscribes and prints until something ends it.
 *
 * @throws {ClientError} if the server cannot be reached or refuses.
 */
export async function subscribeAndPrint(
  { server, options }: ConnectionPlan,
  plan: SubPlan,
  context: CommandContext,
  { voice, granted }: SubHooks,
): Promise<ExitCode> {
  const client = audibleClient(server, options, voice);
  const ending = new Ending(context.signal, plan.timeoutMs);
  const printer = new Printer(plan, { client, ending, write: context.write });
  const subscriptions = plan.filters.map((filter) => {
    const subscribed = { qos: plan.qos, bufferMax: BUFFER_MESSAGES };
    return client.subscribe(filter, subscribed, (message) => printer.take(message, filter));
  });
  client.on('state', (state) => {
    if (state.type === 'ended' && state.why !== undefined) ending.failed(state.why);
  });
  client.on('error', (error) => {
    if (error.code === 'handler-failed') ending.failed(error.cause);
  });
  try {
    await client.start();
    const ready = async () => {
      await client.connected();
      await answersOf(subscriptions, voice);
      const code = await granted(client);
      if (code !== undefined) ending.done(code);
    };
    ready().catch((error: unknown) => ending.failed(error));
    return await ending.reached;
  } finally {
    ending.over();
    await client.end();
  }
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

/** Shows messages, in the order in which they come, and no faster than they are read. */
class Printer {
  readonly #plan: SubPlan;
  readonly #client: Client;
  readonly #ending: Ending;
  readonly #write: CommandContext['write'];
  #shown = 0;

  constructor(
    plan: SubPlan,
    parts: { client: Client; ending: Ending; write: CommandContext['write'] },
  ) {
    this.#plan = plan;
    this.#client = parts.client;
    this.#ending = parts.ending;
    this.#write = parts.write;
  }

  /** A message for one of the filters; a promise makes the server wait. */
  take(message: ReceivedMessage, filter: string): void | Promise<void> {
    // Whatever comes after the end is not ours to acknowledge.
    if (this.#ending.isReached) return NEVER;
    const { hidden = [], retainedOnly, skipRetained, share = 1, removeRetained } = this.#plan;
    const { topic, retain } = message;
    if (!this.#isFirstOf(topic, filter)) return undefined;
    if (retainedOnly === true && !retain) return this.#ending.done(EXIT.ok);
    if (hidden.some((one) => matches(one, topic))) return undefined;
    const removed = removeRetained === true && retain ? this.#remove(message) : undefined;
    if (retain && skipRetained === true) return removed;
    if (share < 1 && Math.random() >= share) return removed;
    const shown = this.#show(message);
    const isLast = ++this.#shown >= this.#plan.countMax;
    if (removed === undefined && !isLast) return shown;
    return this.#finish([removed, shown], isLast);
  }

  async #finish(steps: readonly (Promise<void> | undefined)[], isLast: boolean): Promise<void> {
    if (isLast) this.#ending.isReached = true;
    for (const step of steps) await step;
    // A moment later, so that the acknowledgement leaves before the connection ends.
    if (isLast) setImmediate(() => this.#ending.done(EXIT.ok));
  }

  #show(message: ReceivedMessage): Promise<void> | undefined {
    const { line, newline } = this.#plan;
    const bytes = line({ message, atMs: performance.timeOrigin + performance.now() });
    if (bytes === undefined) return undefined;
    return this.#write(newline ? Buffer.concat([bytes, LINE_END]) : bytes);
  }

  /** A message that several filters match is shown for the first of them. */
  #isFirstOf(topic: string, filter: string): boolean {
    const { filters } = this.#plan;
    return filters.length === 1 || filters.find((one) => matches(one, topic)) === filter;
  }

  #remove({ topic, qos }: ReceivedMessage): Promise<void> {
    return this.#client.publish(topic, '', { qos, retain: true });
  }
}

/** The one end of a command that runs until something happens. */
class Ending {
  /** Resolves to the exit code; rejects with what failed. */
  readonly reached: Promise<ExitCode>;
  isReached = false;
  readonly #timer: NodeJS.Timeout | undefined;
  #settle: { resolve: (code: ExitCode) => void; reject: (error: unknown) => void } | undefined;

  constructor(signal: AbortSignal, timeoutMs: number | undefined) {
    this.reached = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.reached.catch(() => {});
    const stop = () => this.done(EXIT.ok);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    if (timeoutMs !== undefined) {
      this.#timer = setTimeout(() => this.done(EXIT.timeout), timeoutMs);
    }
  }

  done(code: ExitCode): void {
    this.isReached = true;
    this.#settle?.resolve(code);
  }

  failed(error: unknown): void {
    this.isReached = true;
    this.#settle?.reject(error);
  }

  /** Lets go of the timer. */
  over(): void {
    clearTimeout(this.#timer);
  }
}

const LINE_END = Buffer.from('\n');
const NEVER = new Promise<void>(() => {});
/** QoS 0 messages that wait for a slow reader of stdout; more are dropped by the client. */
const BUFFER_MESSAGES = 10_000;

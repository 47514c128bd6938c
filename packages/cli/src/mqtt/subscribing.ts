import type { Client, ReceivedMessage } from '@magpie/client';
import { matches, type QoS } from '@magpie/protocol';
import { EXIT, type ExitCode } from '../exit-code.js';
import type { Voice } from './client-session.js';
import type { ConnectionPlan } from './connection-plan.js';
import type { Ending } from './ending.js';
import type { MessageSink } from './message-sinks.js';
import { receiveUntilEnd, UNHURRIED } from './receiving.js';

/** What to receive and what of it to show. */
export interface SubPlan {
  readonly filters: readonly string[];
  readonly qos: QoS;
  /** Ends after so many messages. */
  readonly countMax: number;
  /** Ends after so long, with {@link EXIT.timeout}; `undefined`: never. */
  readonly timeoutMs: number | undefined;
  /** Topics of these filters are not shown. */
  readonly hidden?: readonly string[];
  readonly skipRetained?: boolean;
  /** Ends at the first message that is not retained. */
  readonly retainedOnly?: boolean;
  /** Deletes retained messages that are received. */
  readonly removeRetained?: boolean;
  /** 0 to 1: how likely a message is shown. Default: 1. */
  readonly share?: number;
  /** Messages for which this is false are not shown. */
  readonly isWanted?: (message: ReceivedMessage) => boolean;
  /** Whether the sink takes many messages at a time; then nothing of QoS 0 is dropped. */
  readonly unhurried?: boolean;
}

export interface SubHooks {
  readonly voice: Voice;
  /** @param ending Ends it all, if the sink cannot go on. */
  readonly open: (ending: Ending) => MessageSink;
  /** The server has answered. @returns The exit code, if that is the end. */
  readonly granted: (client: Client) => Promise<ExitCode | undefined>;
}

/**
 * Subscribes and shows what comes until something ends it.
 *
 * @throws {ClientError} if the server cannot be reached or refuses.
 */
export function subscribeAndShow(
  connection: ConnectionPlan,
  plan: SubPlan,
  signal: AbortSignal,
  { voice, open, granted }: SubHooks,
): Promise<ExitCode> {
  const received = { ...(plan.unhurried === true ? UNHURRIED : HURRIED), ...plan };
  return receiveUntilEnd(connection, received, { signal, voice }, (client, ending) => {
    const sink = open(ending);
    const chooser = new Chooser(plan, { client, ending, sink });
    return {
      take: (message) => chooser.take(message),
      granted: async () => {
        sink.begin?.();
        return granted(client);
      },
      ...(sink.finish === undefined ? {} : { finish: sink.finish }),
    };
  });
}

/** Shows the messages that are to be shown, and knows the last one. */
class Chooser {
  readonly #plan: SubPlan;
  readonly #client: Client;
  readonly #ending: Ending;
  readonly #sink: MessageSink;
  #shown = 0;

  constructor(plan: SubPlan, parts: { client: Client; ending: Ending; sink: MessageSink }) {
    this.#plan = plan;
    this.#client = parts.client;
    this.#ending = parts.ending;
    this.#sink = parts.sink;
  }

  /** A promise makes the server wait. */
  take(message: ReceivedMessage): void | Promise<void> {
    const { hidden = [], retainedOnly, skipRetained, share = 1, removeRetained } = this.#plan;
    const { isWanted } = this.#plan;
    const { topic, retain } = message;
    if (retainedOnly === true && !retain) return this.#ending.done(EXIT.ok);
    if (hidden.some((one) => matches(one, topic))) return undefined;
    const removed = removeRetained === true && retain ? this.#remove(message) : undefined;
    if (retain && skipRetained === true) return removed;
    if (isWanted?.(message) === false) return removed;
    if (share < 1 && Math.random() >= share) return removed;
    const shown = this.#sink.take({ message, atMs: performance.timeOrigin + performance.now() });
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

  #remove({ topic, qos }: ReceivedMessage): Promise<void> {
    return this.#client.publish(topic, '', { qos, retain: true });
  }
}

/** QoS 0 messages that wait for a slow reader of stdout; more are dropped by the client. */
const HURRIED = { bufferMax: 10_000 } as const;

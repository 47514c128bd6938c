import type { Client, ReceivedMessage } from '@magpie/client';
import { matches, type QoS } from '@magpie/protocol';
import type { CommandContext } from '../command-context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import type { Voice } from './client-session.js';
import type { ConnectionPlan } from './connection-plan.js';
import type { Ending } from './ending.js';
import type { MessageLine } from './message-line.js';
import { receiveUntilEnd } from './receiving.js';

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
export function subscribeAndPrint(
  connection: ConnectionPlan,
  plan: SubPlan,
  { signal, write }: CommandContext,
  { voice, granted }: SubHooks,
): Promise<ExitCode> {
  const received = { ...plan, bufferMax: BUFFER_MESSAGES };
  return receiveUntilEnd(connection, received, { signal, voice }, (client, ending) => {
    const printer = new Printer(plan, { client, ending, write });
    return { take: (message) => printer.take(message), granted };
  });
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

  /** A promise makes the server wait. */
  take(message: ReceivedMessage): void | Promise<void> {
    const { hidden = [], retainedOnly, skipRetained, share = 1, removeRetained } = this.#plan;
    const { topic, retain } = message;
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

  #remove({ topic, qos }: ReceivedMessage): Promise<void> {
    return this.#client.publish(topic, '', { qos, retain: true });
  }
}

const LINE_END = Buffer.from('\n');
/** QoS 0 messages that wait for a slow reader of stdout; more are dropped by the client. */
const BUFFER_MESSAGES = 10_000;

import type { Client, ReceivedMessage } from '@magpie/client';
import { matches, type QoS, validateTopicName } from '@magpie/protocol';
import { EXIT } from '../exit-code.js';
import { CommandFailure } from '../mqtt/command-failure.js';
import type { Ending } from '../mqtt/ending.js';
import { PublishWindow } from '../mqtt/publish-window.js';
import { mapTopic, type TopicRule } from '../replay/topic-rule.js';

export interface CopyPlan {
  readonly rules: readonly TopicRule[];
  /** Topics of these filters, by their names at the source, are left out. */
  readonly leftOut: readonly string[];
  /** Whether messages that were retained before are left out. */
  readonly skipRetained: boolean;
  /** Whether others are, and it ends when none has come for {@link IDLE_MS}. */
  readonly retainedOnly: boolean;
  /** `undefined`: as received. */
  readonly retain: boolean | undefined;
  /** Ends after so many messages. */
  readonly countMax: number;
}

/**
 * Publishes at one server what was received from another. A message of QoS 1 or 2 is acknowledged
 * to the source when the target has acknowledged it.
 */
export class Copier {
  readonly #target: Client;
  readonly #ending: Ending;
  readonly #plan: CopyPlan;
  readonly #window = new PublishWindow();
  #idle: NodeJS.Timeout | undefined;
  #isConnected: () => boolean = () => false;
  #isFinished = false;
  /** Handed to the target. */
  messages = 0;
  payloadBytes = 0;
  retained = 0;
  readonly byQos: Record<QoS, number> = { 0: 0, 1: 0, 2: 0 };
  /** Of these, the target has them: QoS 0 was sent, QoS 1 and 2 acknowledged. */
  done = 0;

  constructor(target: Client, ending: Ending, plan: CopyPlan) {
    this.#target = target;
    this.#ending = ending;
    this.#plan = plan;
  }

  /**
   * The source has granted the subscriptions.
   *
   * @param isConnected Whether it can send anything now.
   */
  begin(isConnected: () => boolean): void {
    this.#isConnected = isConnected;
    this.#restartIdle();
  }

  /** A message has come. Done when the target has it; at QoS 0, when there is room for the next. */
  take(message: ReceivedMessage): void | Promise<void> {
    const { skipRetained, retainedOnly, leftOut } = this.#plan;
    const { topic, retain, qos, payload } = message;
    if (retain ? skipRetained : retainedOnly) return undefined;
    if (leftOut.some((filter) => matches(filter, topic))) return undefined;
    this.#restartIdle();
    const isLast = ++this.messages >= this.#plan.countMax;
    this.payloadBytes += payload.length;
    this.byQos[qos]++;
    if (retain) this.retained++;
    if (isLast) this.#ending.isReached = true;
    const published = this.#publish(message);
    const room = this.#window.add(published, payload.length);
    if (isLast) return this.#last(published);
    if (qos > 0) return published;
    published.catch((error: unknown) => this.#ending.failed(error));
    return room;
  }

  /** Waits for what is under way, but not longer than so. */
  async finish(waitMs = FINISH_MS): Promise<void> {
    this.#isFinished = true;
    clearTimeout(this.#idle);
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, waitMs);
    });
    // What has failed is known to the ending.
    const settled = this.#window.settled().catch(() => {});
    await Promise.race([settled, over]);
    clearTimeout(timer);
  }

  async #publish({ topic, payload, qos, retain }: ReceivedMessage): Promise<void> {
    const name = mapTopic(this.#plan.rules, topic);
    const problem = validateTopicName(name);
    if (problem !== undefined) {
      throw new CommandFailure(`'${topic}' cannot be copied to '${name}': ${problem}`);
    }
    const options = { qos, retain: this.#plan.retain ?? retain };
    await this.#target.publish(name, payload, options);
    this.done++;
    this.#restartIdle();
  }

  async #last(published: Promise<void>): Promise<void> {
    await published;
    // A moment later, so that the acknowledgement leaves before the connection ends.
    setImmediate(() => this.#ending.done(EXIT.ok));
  }

  /** A target that is slow, or a source that is away, is no end. */
  #restartIdle(): void {
    if (!this.#plan.retainedOnly || this.#isFinished) return;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      if (this.done === this.messages && this.#isConnected()) this.#ending.done(EXIT.ok);
      else this.#restartIdle();
    }, IDLE_MS);
  }
}

/** A server sends what is retained behind its SUBACK, without a pause. */
export const IDLE_MS = 2000;
/** A target that cannot be had does not keep whoever pressed Ctrl-C. */
const FINISH_MS = 5000;

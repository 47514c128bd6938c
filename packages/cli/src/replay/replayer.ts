import type { Client } from '@magpie/client';
import type { QoS } from '@magpie/protocol';
import { setTimeout as wait } from 'node:timers/promises';
import { PublishWindow } from '../mqtt/publish-window.js';
import type { RecordedMessage } from '../record/recorded-message.js';
import { Pace } from './pace.js';
import { mapTopic, type TopicRule } from './topic-rule.js';

export interface ReplayPlan {
  /** 2: twice as fast as it was; 0: as fast as the server takes it. */
  readonly speed: number;
  /** Longest time between two messages, in ms. */
  readonly pauseMsMax: number;
  readonly rules: readonly TopicRule[];
  /** `undefined`: as recorded. */
  readonly qos: QoS | undefined;
  readonly retain: boolean | undefined;
}

/** Publishes what was recorded, each message when it is due. */
export class Replayer {
  readonly #client: Client;
  readonly #plan: ReplayPlan;
  readonly #signal: AbortSignal;
  readonly #window = new PublishWindow();
  #pace: Pace;
  #beganAtMs: number | undefined;
  messages = 0;
  payloadBytes = 0;
  /** The most that one of them was late, in ms. */
  lateMsMax = 0;

  /** @param signal Ends it; what was published before it is settled by {@link settled}. */
  constructor(client: Client, plan: ReplayPlan, signal: AbortSignal) {
    this.#client = client;
    this.#plan = plan;
    this.#signal = signal;
    this.#pace = new Pace(plan.speed, plan.pauseMsMax);
  }

  /** The times begin anew: the next message is due at once. */
  restart(): void {
    this.#pace = new Pace(this.#plan.speed, this.#plan.pauseMsMax);
    this.#beganAtMs = undefined;
  }

  /** @throws {ClientError} if the server cannot be had; the reason of the signal. */
  async publish(messages: readonly RecordedMessage[]): Promise<void> {
    const { rules, qos, retain } = this.#plan;
    for (const message of messages) {
      await this.#due(message.atUs);
      this.#signal.throwIfAborted();
      const { payload } = message;
      const options = { qos: qos ?? message.qos, retain: retain ?? message.retain };
      const topic = mapTopic(rules, message.topic);
      await this.#window.add(this.#client.publish(topic, payload, options), payload.length);
      this.messages++;
      this.payloadBytes += payload.length;
    }
  }

  /** Resolves when the server has acknowledged all. @throws {ClientError} if it does not. */
  settled(): Promise<void> {
    return this.#window.settled();
  }

  async #due(atUs: number): Promise<void> {
    const dueMs = this.#pace.dueMs(atUs);
    if (this.#plan.speed === 0) return;
    this.#beganAtMs ??= performance.now();
    for (;;) {
      const leftMs = this.#beganAtMs + dueMs - performance.now();
      if (leftMs < TIMER_MS_MIN) {
        this.lateMsMax = Math.max(this.lateMsMax, -leftMs);
        return;
      }
      const signal = this.#signal;
      await wait(Math.min(leftMs, TIMER_MS_MAX), undefined, { signal });
    }
  }
}

/** A timer is no more exact than this. */
const TIMER_MS_MIN = 1;
/** A timer cannot wait longer. */
const TIMER_MS_MAX = 2 ** 31 - 1;

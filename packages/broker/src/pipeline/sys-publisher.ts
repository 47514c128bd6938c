import type { Clock } from '../model/clock.js';
import { Message } from '../model/message.js';
import { VERSION } from '../model/version.js';
import type { Counters } from '../observe/counters.js';
import { LoadAverage } from '../observe/sys/load-average.js';
import {
  SYS_LOAD_MINUTES,
  SYS_LOADS,
  SYS_MAXIMA,
  SYS_TOPICS,
  type SysGauges,
  type SysNumbers,
} from '../observe/sys/sys-topics.js';
import type { Publishing } from './publishing.js';

/**
 * Has the broker tell of itself on `$SYS/broker/…`, as mosquitto does: every `intervalS` seconds
 * what has changed, at QoS 0, and to who subscribes later what it said last. It works as much
 * whether anybody listens or not: some eighty short texts at most.
 */
export class SysPublisher {
  readonly #clock: Clock;
  readonly #counters: Readonly<Counters>;
  readonly #publishing: Publishing;
  readonly #gauges: () => SysGauges;
  readonly #intervalMs: number;
  readonly #loads: readonly Load[];
  readonly #maxima = new Map<string, number>();
  /** What was said last, by topic. */
  readonly #said = new Map<string, string>();
  #startMs = 0;
  #lastMs = 0;
  #cancel: (() => void) | undefined;

  /** @param parts.intervalS 0: it says nothing. */
  constructor(parts: {
    clock: Clock;
    counters: Readonly<Counters>;
    publishing: Publishing;
    gauges: () => SysGauges;
    intervalS: number;
  }) {
    this.#clock = parts.clock;
    this.#counters = parts.counters;
    this.#publishing = parts.publishing;
    this.#gauges = parts.gauges;
    this.#intervalMs = parts.intervalS * 1000;
    this.#loads = Object.entries(SYS_LOADS).flatMap(([name, count]) =>
      SYS_LOAD_MINUTES.map((minutes) => ({
        name: `load/${name}/${minutes}min`,
        count,
        average: new LoadAverage(minutes * 60_000, count(parts.counters)),
      })),
    );
  }

  /** Says everything for the first time, and goes on. */
  start(): void {
    if (this.#intervalMs === 0 || this.#cancel !== undefined) return;
    this.#startMs = this.#lastMs = this.#clock.nowMs();
    this.#say('version', `magpie version ${VERSION}`);
    this.#sayAll(this.#startMs);
    this.#cancel = this.#clock.after(this.#intervalMs, this.#tick);
  }

  stop(): void {
    this.#cancel?.();
  }

  readonly #tick = (): void => {
    const nowMs = this.#clock.nowMs();
    const passedMs = nowMs - this.#lastMs;
    this.#lastMs = nowMs;
    for (const { average, count } of this.#loads) average.update(count(this.#counters), passedMs);
    this.#sayAll(nowMs);
    this.#cancel = this.#clock.after(this.#intervalMs, this.#tick);
  };

  #sayAll(nowMs: number): void {
    const numbers: SysNumbers = { ...this.#gauges(), counters: this.#counters };
    this.#say('uptime', `${Math.floor((nowMs - this.#startMs) / 1000)} seconds`);
    for (const [name, numberOf] of Object.entries(SYS_TOPICS)) {
      const value = numberOf(numbers);
      if (value !== undefined) this.#say(name, String(value));
    }
    for (const [name, numberOf] of Object.entries(SYS_MAXIMA)) {
      const value = numberOf(numbers);
      if (value === undefined) continue;
      const most = Math.max(value, this.#maxima.get(name) ?? value);
      this.#maxima.set(name, most);
      this.#say(name, String(most));
    }
    for (const { name, average } of this.#loads) this.#say(name, average.perMinute.toFixed(2));
  }

  #say(name: string, text: string): void {
    if (this.#said.get(name) === text) return;
    this.#said.set(name, text);
    const payload = Buffer.from(text);
    const topic = `$SYS/broker/${name}`;
    this.#publishing.announce(Message.of({ topic, payload, qos: 0, retain: false }));
  }
}

interface Load {
  readonly name: string;
  readonly count: (counters: Readonly<Counters>) => number;
  readonly average: LoadAverage;
}

import type { Clock } from '../../model/clock.js';
import type { Limits } from '../../model/limits.js';
import type { Message } from '../../model/message.js';
import type { Principal } from '../../model/principal.js';
import type { TimerEntry, TimerWheel } from '../../model/timer-wheel.js';
import {
  type TraceEnd,
  Trace,
  type TraceLink,
  type TraceReceivers,
  type TraceView,
} from './trace.js';
import { traceOrder, type TraceOptions } from './trace-order.js';
import { TracedMessage } from './traced-message.js';

/** The traces of a broker. */
export interface TraceList {
  /**
   * Follows messages through the broker from now on.
   *
   * @throws {TypeError} if a condition is none, e.g. no topic filter.
   * @throws {RangeError} if a number is out of range.
   * @throws {TooManyTraces} if there are as many as there may be (`tracesMax`).
   */
  start(options?: TraceOptions): TraceView;
  /** Those that run, and the latest that are over. */
  list(): Iterable<TraceView>;
  get(id: string): TraceView | undefined;
  /** Ends a trace if it runs, and forgets it. @returns Whether it was there. */
  remove(id: string): boolean;
}

/** There are as many traces as there may be. */
export class TooManyTraces extends Error {
  override readonly name = 'TooManyTraces';
}

/** What the tracer has found out about one client and its last topic. */
export interface TraceSight {
  readonly generation: number;
  /** Traces that may want messages of this client. */
  readonly traces: readonly TraceLink[];
  topic: string;
  /** Those of them that want this topic. */
  wanted: readonly TraceLink[];
}

/** Whose messages are looked at. */
export interface TracedClient {
  readonly principal: Principal;
  /**
   * A topic of whose messages, from this client, no trace wants any, and in which generation of
   * traces. Beside each other and with the client: a look at memory that is cold costs more than
   * all the rest (`bench --only trace`).
   */
  unwantedTopic: string;
  unwantedIn: number;
  sight: TraceSight | undefined;
}

/**
 * Decides once for each message, where it is received, whether somebody follows it, and hangs on it
 * what its stations report to. While no trace runs that costs one comparison a message
 * ({@link active}), and while one runs that does not want it, a few more (`bench --only trace`).
 */
export class Tracer implements TraceList {
  readonly #clock: Clock;
  readonly #wheel: TimerWheel;
  readonly #limits: Pick<Limits, 'tracesMax' | 'traceSizeMax'>;
  readonly #receivers: TraceReceivers;
  /** The oldest first. */
  readonly #traces = new Map<string, Trace>();
  readonly #timers = new Map<Trace, TimerEntry>();
  /** Those that look for messages. */
  #looking: readonly Trace[] = [];
  /** Whether one of them is of a receiver, so that subscriptions decide, too. */
  #asksReceivers = false;
  #receiversGeneration = 0;
  /** Another number whenever these are others, or may want others. */
  #generation = 0;
  #started = 0;
  /** When the clock showed 0, in ms since 1970. */
  #originMs = 0;
  /** Whether any trace looks for messages: ask it before {@link look}. */
  active = false;

  constructor(parts: {
    clock: Clock;
    wheel: TimerWheel;
    limits: Pick<Limits, 'tracesMax' | 'traceSizeMax'>;
    receivers: TraceReceivers;
  }) {
    this.#clock = parts.clock;
    this.#wheel = parts.wheel;
    this.#limits = parts.limits;
    this.#receivers = parts.receivers;
  }

  /** Traces that have not ended. */
  get running(): number {
    return this.#timers.size;
  }

  start(options: TraceOptions = {}): TraceView {
    const order = traceOrder(options);
    this.#makeRoom();
    this.#originMs = this.#clock.wallMs() - this.#clock.nowMs();
    const trace = new Trace(
      {
        id: String(++this.#started),
        order,
        startedAtMs: this.#clock.wallMs(),
        bytesMax: this.#limits.traceSizeMax * 1024,
      },
      (full) => this.#end(full, 'count'),
    );
    this.#traces.set(trace.id, trace);
    this.#endAfter(trace, order.durationMs, 'expired');
    this.#lookWith([...this.#looking, trace]);
    return trace;
  }

  list(): Iterable<TraceView> {
    return this.#traces.values();
  }

  get(id: string): TraceView | undefined {
    return this.#traces.get(id);
  }

  remove(id: string): boolean {
    const trace = this.#traces.get(id);
    if (trace === undefined) return false;
    this.#end(trace, 'stopped');
    return this.#traces.delete(id);
  }

  /** Ends all. */
  close(): void {
    for (const trace of this.#traces.values()) this.#end(trace, 'broker-closed');
  }

  /** A client has published: has the message followed if a trace wants it. Runs per message. */
  look(client: TracedClient, message: Message): void {
    if (this.#asksReceivers) this.#noticeSubscriptions();
    if (client.unwantedTopic === message.topic && client.unwantedIn === this.#generation) {
      // The same object from the second sight of a topic on: then no characters are compared.
      client.unwantedTopic = message.topic;
    } else this.#lookCloser(client, message);
  }

  /** Subscriptions are others: what was decided about topics does not hold any more. */
  #noticeSubscriptions(): void {
    const { generation } = this.#receivers;
    if (generation === this.#receiversGeneration) return;
    this.#receiversGeneration = generation;
    this.#generation++;
  }

  #lookCloser(client: TracedClient, message: Message): void {
    const { topic } = message;
    let { sight } = client;
    if (sight === undefined || sight.generation !== this.#generation) {
      const { clientId, address } = client.principal;
      client.sight = sight = this.#sightOf(clientId, address);
    }
    if (sight.topic !== topic) turnTo(sight, topic, this.#receivers);
    if (sight.wanted.length > 0) {
      this.#follow(message, sight.wanted, client.principal.address);
      return;
    }
    client.unwantedTopic = topic;
    client.unwantedIn = this.#generation;
  }

  /** The same for a message from inside: of the program, or a will. */
  lookInside(message: Message): void {
    const sight = this.#sightOf(message.publisher, '');
    turnTo(sight, message.topic, this.#receivers);
    if (sight.wanted.length > 0) this.#follow(message, sight.wanted, '');
  }

  #sightOf(clientId: string, address: string): TraceSight {
    const wanting = this.#looking.filter((trace) => trace.wantsFrom(clientId, address));
    const traces = wanting.map(({ link }) => link);
    return { generation: this.#generation, traces, topic: '', wanted: [] };
  }

  #follow(message: Message, wanted: readonly TraceLink[], address: string): void {
    const nowMs = this.#clock.nowMs();
    const begun = wanted
      .map((link) => ({ link, message: link.trace?.begin(nowMs) ?? 0 }))
      .filter((one) => one.message > 0);
    if (begun.length === 0) return;
    const time = { clock: this.#clock, originMs: this.#originMs };
    const traced = new TracedMessage(time, nowMs, begun);
    message.trace = traced;
    const { publisher: clientId, topic, qos, retain, payloadLength: bytes } = message;
    const from = address === '' ? { clientId } : { clientId, address };
    const flag = retain ? { retain } : {};
    traced.received({ ...from, topic, qos, ...flag, bytes }, message.payload);
    for (const { trace } of begun.map(({ link }) => link)) {
      if (trace?.full) this.#filled(trace);
    }
  }

  /** It takes no more messages: what is on its way is followed a little longer. */
  #filled(trace: Trace): void {
    this.#lookWith(this.#looking.filter((other) => other !== trace));
    const leftMs = trace.expiresAtMs - this.#clock.wallMs();
    this.#endAfter(trace, Math.min(leftMs, SETTLE_MS), 'count');
  }

  #lookWith(traces: readonly Trace[]): void {
    this.#looking = traces;
    this.#generation++;
    this.active = traces.length > 0;
    this.#asksReceivers = traces.some(({ order }) => order.to !== undefined);
  }

  #endAfter(trace: Trace, delayMs: number, why: TraceEnd): void {
    this.#cancelTimer(trace);
    const due = () => {
      this.#end(trace, why);
      return Infinity;
    };
    this.#timers.set(trace, this.#wheel.schedule({ due }, this.#clock.nowMs() + delayMs));
  }

  #end(trace: Trace, why: TraceEnd): void {
    this.#cancelTimer(trace);
    trace.end(why);
    if (this.#looking.includes(trace)) {
      this.#lookWith(this.#looking.filter((other) => other !== trace));
    }
  }

  #cancelTimer(trace: Trace): void {
    const timer = this.#timers.get(trace);
    if (timer === undefined) return;
    this.#wheel.cancel(timer);
    this.#timers.delete(trace);
  }

  /** Forgets the oldest that is over, if there is no room for another one. */
  #makeRoom(): void {
    const most = this.#limits.tracesMax;
    for (const trace of this.#traces.values()) {
      if (this.#traces.size < most) return;
      if (trace.ended !== undefined) this.#traces.delete(trace.id);
    }
    if (this.#traces.size < most) return;
    const what = most === 0 ? 'no traces are allowed' : `${most} traces run already`;
    throw new TooManyTraces(`${what} (tracesMax): end one first, or raise the limit`);
  }
}

function turnTo(sight: TraceSight, topic: string, receivers: TraceReceivers): void {
  sight.topic = topic;
  if (sight.traces.length === 0) return;
  sight.wanted = sight.traces.filter(({ trace }) => trace?.wantsTopic(topic, receivers));
}

/** How long a trace that has all its messages waits for what is still on its way. */
const SETTLE_MS = 5000;

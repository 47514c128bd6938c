import { matches } from '@magpie/protocol';
import { type Network, networkKey, parseAddress } from '../../model/network.js';
import type { Station } from './station.js';
import { type StationPage, StationRing } from './station-ring.js';
import { networkOf, type TraceOrder } from './trace-order.js';

/** Why a trace is over. */
export type TraceEnd = 'expired' | 'count' | 'stopped' | 'broker-closed';

/** A trace, for who reads it. */
export interface TraceView {
  readonly id: string;
  readonly order: TraceOrder;
  /** In ms since 1970. */
  readonly startedAtMs: number;
  /** When it ends by itself at the latest, in ms since 1970. */
  readonly expiresAtMs: number;
  /** Messages that it follows, or has followed. */
  readonly messages: number;
  /** Messages that it would have followed, but for `messagesPerSecondMax`. */
  readonly skipped: number;
  /** Stations that it has seen, those included that are not kept any more. */
  readonly stations: number;
  /** `undefined` as long as it runs. */
  readonly ended: TraceEnd | undefined;
  /** The stations behind number `after` that are kept, at most so many. */
  read(after: number, max?: number): StationPage;
  /** Resolves when there is another station, or at its end. */
  changed(): Promise<void>;
  /** The stations behind number `after` as they come, until its end, or until the signal. */
  follow(after?: number, signal?: AbortSignal): AsyncGenerator<StationPage, void>;
}

/**
 * The way to a trace for what may outlive it: retained messages, messages that wait, clients. Empty
 * once the trace is over, so that none of them keeps its memory.
 */
export interface TraceLink {
  trace: Trace | undefined;
}

/** Who gets messages, for traces of a receiver. */
export interface TraceReceivers {
  /** Another number whenever {@link includes} may answer otherwise. */
  readonly generation: number;
  /** Whether messages of this topic go to this client, or in turn to it and others. */
  includes(clientId: string, topic: string): boolean;
}

/**
 * One trace: which messages it wants, and the stations that they have passed. It keeps no more than
 * it was given memory for, takes no more messages in a second than it was told, and has an end.
 */
export class Trace implements TraceView {
  readonly id: string;
  readonly order: TraceOrder;
  readonly startedAtMs: number;
  readonly expiresAtMs: number;
  readonly link: TraceLink = { trace: this };
  messages = 0;
  skipped = 0;
  ended: TraceEnd | undefined;
  readonly #ring: StationRing;
  readonly #network: Network | undefined;
  readonly #onSettled: (trace: Trace) => void;
  /** What was decided about topics, since publishers repeat them (`bench --only trace`). */
  readonly #topics = new Map<string, boolean>();
  #characters = 0;
  /** Messages that it has wanted, for the sample. */
  #wanted = 0;
  #secondEndMs = -Infinity;
  #inSecond = 0;
  /** Messages that something will be reported of. */
  #open = 0;
  #change: Promise<void> | undefined;
  #onChange: (() => void) | undefined;

  /** @param onSettled Told when nothing more will come of a trace that is {@link full}. */
  constructor(
    parts: { id: string; order: TraceOrder; startedAtMs: number; bytesMax: number },
    onSettled: (trace: Trace) => void,
  ) {
    this.id = parts.id;
    this.order = parts.order;
    this.startedAtMs = parts.startedAtMs;
    this.expiresAtMs = parts.startedAtMs + parts.order.durationMs;
    this.#ring = new StationRing(parts.bytesMax);
    const { address } = parts.order;
    this.#network = address === undefined ? undefined : networkOf(address);
    this.#onSettled = onSettled;
  }

  get stations(): number {
    return this.#ring.last;
  }

  /** About what it takes of memory. */
  get bytes(): number {
    return this.#ring.bytes;
  }

  /** Whether it takes no more messages. */
  get full(): boolean {
    return this.messages >= this.order.messagesMax;
  }

  /** Whether it may want messages of this publisher. */
  wantsFrom(clientId: string, address: string): boolean {
    if (this.order.clientId !== undefined && this.order.clientId !== clientId) return false;
    if (this.#network === undefined) return true;
    const { bytes, bits } = this.#network;
    const from = parseAddress(address);
    return from?.length === bytes.length && networkKey(from, bits) === networkKey(bytes, bits);
  }

  /** Whether it may want messages of this topic, as subscriptions are now. */
  wantsTopic(topic: string, receivers: TraceReceivers): boolean {
    const { topic: filter, to } = this.order;
    if (to !== undefined && !receivers.includes(to, topic)) return false;
    if (filter === undefined) return to !== undefined || !topic.startsWith('$'); // as `#` would
    let wanted = this.#topics.get(topic);
    if (wanted === undefined) {
      if (this.#topics.size >= TOPICS_MAX || this.#characters > CHARACTERS_MAX) {
        this.#topics.clear();
        this.#characters = 0;
      }
      wanted = matches(filter, topic);
      this.#topics.set(topic, wanted);
      this.#characters += topic.length;
    }
    return wanted;
  }

  /**
   * A message that it wants has come.
   *
   * @returns Its number; 0: it is not followed, as it is not of the sample, or there are too many.
   */
  begin(nowMs: number): number {
    if (this.full || this.#wanted++ % this.order.sample !== 0) return 0;
    if (nowMs >= this.#secondEndMs) {
      this.#secondEndMs = nowMs + 1000;
      this.#inSecond = 0;
    }
    if (this.#inSecond >= this.order.messagesPerSecondMax) {
      this.skipped++;
      return 0;
    }
    this.#inSecond++;
    this.#open++;
    return ++this.messages;
  }

  /** A message has passed a station. Its number is that of the last one and 1. */
  push(station: Station): void {
    this.#ring.push(station);
    this.#onChange?.();
  }

  /** Nothing more will be reported of a message, as far as is known. */
  settled(): void {
    if (--this.#open === 0 && this.full && this.ended === undefined) this.#onSettled(this);
  }

  end(why: TraceEnd): void {
    this.ended ??= why;
    this.link.trace = undefined;
    this.#topics.clear();
    this.#onChange?.();
  }

  read(after: number, max = PAGE_STATIONS): StationPage {
    return this.#ring.read(after, max);
  }

  changed(): Promise<void> {
    if (this.ended !== undefined) return Promise.resolve();
    this.#change ??= new Promise((resolve) => {
      this.#onChange = () => {
        this.#change = undefined;
        this.#onChange = undefined;
        resolve();
      };
    });
    return this.#change;
  }

  async *follow(after = 0, signal?: AbortSignal): AsyncGenerator<StationPage, void> {
    let read = after;
    for (;;) {
      if (signal?.aborted === true) return;
      const page = this.read(read);
      const last = page.stations.at(-1);
      if (last !== undefined) {
        read = last.number;
        yield page;
      } else if (this.ended !== undefined) return;
      else await changedOrAborted(this, signal);
    }
  }
}

/** Leaves nothing behind at the signal, which may live longer. */
async function changedOrAborted(trace: Trace, signal: AbortSignal | undefined): Promise<void> {
  let stop = () => {};
  const aborted = new Promise<void>((resolve) => {
    stop = resolve;
    signal?.addEventListener('abort', stop);
  });
  await Promise.race([trace.changed(), aborted]);
  signal?.removeEventListener('abort', stop);
}

/** Topics whose decision is kept. */
const TOPICS_MAX = 10_000;
const CHARACTERS_MAX = 1024 * 1024;
const PAGE_STATIONS = 100;

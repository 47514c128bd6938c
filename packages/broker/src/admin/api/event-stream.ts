import type { Clock } from '../../model/clock.js';

/** What is read: what happens to clients, messages as they are published, one trace. */
export const FEED_KINDS = ['events', 'messages', 'trace'] as const;
export type FeedKind = (typeof FEED_KINDS)[number];

/** Why events were left out: the reader is slow, or the feed has a rate. */
export const EVENT_LOSSES = ['slow', 'rate'] as const;
export type EventLoss = (typeof EVENT_LOSSES)[number];

/**
 * The answers that stay open: server-sent events, in the form of the HTML standard (9.2). There
 * are so many at once and no more. Each keeps {@link BUFFER_BYTES_MAX} for a reader that is slow,
 * then leaves events out, and says how many before the next one: an event `dropped`.
 */
export class EventStreams {
  readonly #clock: Clock;
  readonly #open = new Set<EventStream>();
  #cancelBeat: (() => void) | undefined;
  #closed = false;
  /** Events that were left out, of all streams since the start. */
  readonly dropped: Record<EventLoss, number> = { slow: 0, rate: 0 };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#open.size;
  }

  /** How many of them there are of one kind. */
  sizeOf(kind: FeedKind): number {
    let size = 0;
    for (const stream of this.#open) if (stream.kind === kind) size++;
    return size;
  }

  /**
   * @param stillMay Whether who reads may go on; asked at each beat, and by {@link recheck}.
   * @returns `undefined`: there are {@link STREAMS_MAX} already, or the broker ends.
   */
  open(kind: FeedKind, stillMay: () => boolean): EventStream | undefined {
    if (this.#closed || this.#open.size >= STREAMS_MAX) return undefined;
    const stream = new EventStream(kind, {
      stillMay,
      onDrop: (why) => void this.dropped[why]++,
      onEnd: () => this.#ended(stream),
    });
    this.#open.add(stream);
    if (this.#cancelBeat === undefined) this.#arm();
    return stream;
  }

  /** Ends what is read by those who may no longer. */
  recheck(): void {
    for (const stream of this.#open) stream.recheck();
  }

  /** Ends all, for good. */
  close(): void {
    this.#closed = true;
    for (const stream of this.#open) stream.end('broker-stopped');
  }

  #ended(stream: EventStream): void {
    this.#open.delete(stream);
    if (this.#open.size > 0) return;
    this.#cancelBeat?.();
    this.#cancelBeat = undefined;
  }

  /** One timer for all streams: something must move, or the connection counts as idle. */
  #arm(): void {
    this.#cancelBeat = this.#clock.after(BEAT_MS, () => {
      this.#cancelBeat = undefined;
      for (const stream of this.#open) {
        stream.recheck();
        stream.beat();
      }
      if (this.#open.size > 0) this.#arm();
    });
  }
}

interface StreamParts {
  readonly stillMay: () => boolean;
  readonly onDrop: (why: EventLoss) => void;
  readonly onEnd: () => void;
}

/** One answer that stays open. Made by {@link EventStreams}. */
export class EventStream {
  /** The body of the answer. */
  readonly body: ReadableStream<Uint8Array>;
  readonly kind: FeedKind;
  readonly #parts: StreamParts;
  readonly #losses: Record<EventLoss, number> = { slow: 0, rate: 0 };
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #release: (() => void) | undefined;

  constructor(kind: FeedKind, parts: StreamParts) {
    this.kind = kind;
    this.#parts = parts;
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        cancel: () => this.#end(),
      },
      { highWaterMark: BUFFER_BYTES_MAX, size: (chunk) => chunk.byteLength },
    );
    this.beat(); // so that who reads sees at once that he was let in
  }

  get ended(): boolean {
    return this.#controller === undefined;
  }

  /** @param release Takes off what was put up for it; called once, at its end. */
  onEnd(release: () => void): void {
    if (this.ended) release();
    else this.#release = release;
  }

  /**
   * @param name One word, the type of the event.
   * @param data What JSON can hold.
   * @returns Whether it was taken; if not, the reader is too slow and it was counted.
   */
  send(name: string, data: unknown): boolean {
    if (this.ended) return false;
    if (!this.#tellLosses() || !this.#write(eventText(name, data))) {
      this.lose('slow');
      return false;
    }
    return true;
  }

  /** Counts an event that was left out. */
  lose(why: EventLoss): void {
    this.#losses[why]++;
    this.#parts.onDrop(why);
  }

  recheck(): void {
    if (!this.#parts.stillMay()) this.end('access-ended');
  }

  /** Says nothing, so that the connection is not idle, and tells what was left out. */
  beat(): void {
    if (this.#tellLosses()) this.#write(':\n\n');
  }

  /** Ends the answer, with an event `end` for its reader. */
  end(reason: 'broker-stopped' | 'access-ended' | 'done'): void {
    const controller = this.#controller;
    if (controller === undefined) return;
    // It is the last one and small, so it may go over the size of the buffer.
    controller.enqueue(UTF8.encode(eventText('end', { reason })));
    this.#end();
    controller.close();
  }

  #end(): void {
    if (this.#controller === undefined) return;
    this.#controller = undefined;
    this.#parts.onEnd();
    this.#release?.();
  }

  /** @returns Whether nothing is left to be told. */
  #tellLosses(): boolean {
    const { slow, rate } = this.#losses;
    if (slow + rate === 0) return true;
    // Half of the buffer has to be read first: else every other event would say so.
    if ((this.#controller?.desiredSize ?? 0) < BUFFER_BYTES_MAX / 2) return false;
    if (!this.#write(eventText('dropped', { slow, rate }))) return false;
    this.#losses.slow = 0;
    this.#losses.rate = 0;
    return true;
  }

  #write(text: string): boolean {
    const controller = this.#controller;
    if (controller === undefined) return false;
    const bytes = UTF8.encode(text);
    if ((controller.desiredSize ?? 0) < bytes.byteLength) return false;
    controller.enqueue(bytes);
    return true;
  }
}

/** JSON has no line breaks of its own, so the data is one line. */
function eventText(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

const UTF8 = new TextEncoder();
/** Of all kinds together; the HTTP port has room for more connections than these. */
export const STREAMS_MAX = 32;
/** What waits for one slow reader, beside the buffers of the system. */
export const BUFFER_BYTES_MAX = 256 * 1024;
/** Below half of what the HTTP port allows an idle connection. */
export const BEAT_MS = 10_000;

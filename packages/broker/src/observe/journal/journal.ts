import type { Clock } from '../../model/clock.js';
import type { Limits } from '../../model/limits.js';
import { Channel } from '../channel.js';
import { type Logger, silentLogger } from '../logger.js';
import type { JournalEntry, JournalNote } from './journal-entry.js';
import { JournalPage, type JournalQuestion, type TopicQuestion } from './journal-page.js';

/**
 * What happened lately, in memory: the answer to "why did my message not arrive?" is read from it.
 * It takes `journalSizeMax` and no more; the oldest page is overwritten.
 *
 * Connects, subscriptions and their likes are all written. What happens per message is sampled: who
 * has something to say compares {@link tick} with the one it wrote in last, and calls
 * {@link sample} only in another one. Ticks are short while little happens, so that everything is
 * written, and grow with what is written. (`bench --only pairs-qos0`)
 */
export class Journal {
  readonly #limits: Pick<Limits, 'journalSizeMax'>;
  readonly #clock: Clock;
  /** What is written, for who follows it; also while nothing is kept. */
  readonly written: Channel<JournalEntry>;
  /** The oldest first; the last is being written. */
  #pages: JournalPage[] = [];
  #fullBytes = 0;
  /** Whoever wrote in this tick has written; stands still at 0 while the journal is off. */
  tick = 0;
  #tickMs = TICK_MS_MIN;
  #tickEndMs = -Infinity;
  #samples = 0;

  constructor(parts: {
    limits: Pick<Limits, 'journalSizeMax'>;
    clock: Clock;
    /** Told of errors of those who follow it. */
    log?: Logger;
  }) {
    const { limits, clock, log = silentLogger } = parts;
    this.written = new Channel((error) => {
      log.error({ event: 'listener-failed', err: error }, 'a listener of the journal threw');
    });
    this.#limits = limits;
    this.#clock = clock;
    this.#nextTick(clock.nowMs());
  }

  /** About what it takes of memory. */
  get bytes(): number {
    return this.#fullBytes + (this.#pages.at(-1)?.bytes ?? 0);
  }

  /** Tells what time it is, in ms; costs a comparison. */
  time(nowMs: number): void {
    if (nowMs >= this.#tickEndMs) this.#nextTick(nowMs);
  }

  /** Writes what must not be missed. */
  write(note: JournalNote): void {
    if (this.written.active) this.written.emit({ ...EMPTY, ...note, atMs: this.#clock.wallMs() });
    if (this.#limits.journalSizeMax === 0) return;
    this.#page().add(note, this.#clock.wallMs());
  }

  /** Writes one of many that are alike, unless too many were written in this tick. */
  sample(note: JournalNote): void {
    if (++this.#samples <= SAMPLES_PER_TICK_MAX) this.write(note);
  }

  /**
   * What it knows about these, the oldest first.
   *
   * @param max When there are so many, older pages are not read.
   */
  read(question: JournalQuestion, max = Infinity): JournalEntry[] {
    const found: JournalEntry[][] = [];
    let count = 0;
    for (const page of this.#pages.toReversed()) {
      if (page.lastMs < (question.sinceMs ?? 0)) continue;
      const entries: JournalEntry[] = [];
      page.collect(question, entries);
      if (entries.length > 0) found.push(entries);
      count += entries.length;
      if (count >= max) break;
    }
    return found.toReversed().flat();
  }

  /** Topics that were published on, the last first. */
  topics(question: TopicQuestion): Set<string> {
    const topics = new Set<string>();
    for (const page of this.#pages.toReversed()) {
      if (topics.size >= question.max) break;
      if (page.lastMs >= question.sinceMs) page.collectTopics(question, topics);
    }
    return topics;
  }

  #nextTick(nowMs: number): void {
    if (this.#limits.journalSizeMax === 0) {
      this.#pages = [];
      this.#fullBytes = 0;
      return;
    }
    const wanted = (SAMPLES_PER_S * this.#tickMs) / 1000;
    if (this.#samples > wanted) this.#tickMs = Math.min(TICK_MS_MAX, this.#tickMs * 2);
    else if (this.#samples * 4 < wanted) this.#tickMs = Math.max(TICK_MS_MIN, this.#tickMs / 2);
    this.#samples = 0;
    this.#tickEndMs = nowMs + this.#tickMs;
    this.tick++;
  }

  /** The page to write to. */
  #page(): JournalPage {
    const last = this.#pages.at(-1);
    if (last !== undefined && !last.isFull) return last;
    if (last !== undefined) this.#fullBytes += last.bytes;
    const most = this.#limits.journalSizeMax * 1024 * 1024 - PAGE_BYTES_MAX;
    let free: JournalPage | undefined;
    while (this.#fullBytes > most && this.#pages.length > 0) {
      free = this.#pages.shift();
      this.#fullBytes -= free?.bytes ?? 0;
    }
    free?.clear();
    const page = free ?? new JournalPage();
    this.#pages.push(page);
    return page;
  }
}

/** What a note leaves out. */
const EMPTY = {
  clientId: '',
  topic: '',
  other: '',
  why: '',
  qos: 0,
  retain: false,
  count: 0,
} as const;
const TICK_MS_MIN = 5;
const TICK_MS_MAX = 10_000;
/** Samples that are written in a second, about: 32 MiB then hold a quarter of an hour or more. */
const SAMPLES_PER_S = 1000;
/** Where everybody has something to say at once. */
const SAMPLES_PER_TICK_MAX = 5000;
/** More than one page ever takes: its entries, and strings up to the limit and the last of them. */
const PAGE_BYTES_MAX = 900 * 1024;

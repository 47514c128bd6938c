/**
 * How long a commit is put off while it holds nothing but messages that their receivers may
 * acknowledge at any moment: what they have all acknowledged needs not be written.
 *
 * It waits as long as acknowledgements keep coming, and never long: a publisher waits, too. Many
 * messages are always worth it. For a few it tells by what came of it lately, since there the wait
 * is felt: a receiver that answers later than a disk is not waited for, but tried again now and
 * then (`bench --only ack-latency`).
 */
export class CommitPatience {
  /** Since when the commit is put off; `undefined`: it is not. */
  #sinceMs: number | undefined;
  /** Nothing has happened for longer than somebody on this machine needs to answer. */
  #isStill = false;
  /** Since when nothing has happened. */
  #stillMs = 0;
  /** Turns in which nothing happened. */
  #stillTurns = 0;
  /** Messages that it held before this turn. */
  #messages = 0;
  /** How often waiting has saved the commit lately, from 0 to 1. */
  #saved = 1;
  /** Commits that were not put off, since one was tried. */
  #untried = 0;

  /**
   * A turn has ended, and the commit is still to come. Call {@link ended} when it is not any more.
   *
   * @param messages How many it holds.
   * @param acknowledged How many were acknowledged in this turn.
   * @returns Whether to put it off by a turn.
   */
  waits(messages: number, acknowledged: number, nowMs: number): boolean {
    if (this.#sinceMs === undefined) {
      if (messages < MANY && !this.#tries()) return false;
      this.#sinceMs = nowMs;
      this.#messages = 0;
    }
    const isQuiet = acknowledged === 0 && messages === this.#messages;
    this.#messages = messages;
    if (!isQuiet) {
      this.#stillMs = nowMs;
      this.#stillTurns = 0;
    }
    this.#isStill = isQuiet && nowMs - this.#stillMs >= RESTLESS_MS;
    if (nowMs - this.#sinceMs >= LONGEST_MS + messages * LONGEST_MS_A_MESSAGE) return false;
    if (++this.#stillTurns > STILL_TURNS_MAX) return false;
    return nowMs - this.#stillMs < STILL_MS + messages * STILL_MS_A_MESSAGE;
  }

  /**
   * Whether it waits, and nothing has come for a while: then whoever is to acknowledge may wait for
   * the core on which it waits.
   */
  get isStill(): boolean {
    return this.#isStill;
  }

  /** @param saved Whether there was nothing left to commit. */
  ended(saved: boolean): void {
    this.#isStill = false;
    if (this.#sinceMs !== undefined) this.#saved += (Number(saved) - this.#saved) / MEMORY;
    this.#sinceMs = undefined;
  }

  #tries(): boolean {
    const tries = this.#saved >= WORTH || ++this.#untried >= UNTRIED_MAX;
    if (tries) this.#untried = 0;
    return tries;
  }
}

/** From so many messages on, each that needs not be written counts. */
export const MANY = 256;
/** Longest time that a commit is put off: about what it takes to hand its messages on. */
const LONGEST_MS = 2;
const LONGEST_MS_A_MESSAGE = 0.004;
/** So long without anything, and nothing more is expected: about what the commit itself takes. */
const STILL_MS = 0.4;
const STILL_MS_A_MESSAGE = 0.00025;
/** The same where a clock does not go on by itself. */
const STILL_TURNS_MAX = 1000;
/** A client on the same machine answers in less, unless it needs the core of who waits. */
const RESTLESS_MS = 0.15;
/** How many commits back it looks, about. */
const MEMORY = 8;
const WORTH = 0.5;
const UNTRIED_MAX = 64;

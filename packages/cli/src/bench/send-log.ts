import type { Range } from './ranges.js';

/** When the messages of a stream were due, as plain data. */
export interface SendTimes {
  readonly sent: number;
  /** `times[i]` is that of the message `i * every`, in µs of the shared clock; never less. */
  readonly every: number;
  readonly times: readonly number[];
  /** Messages that perhaps never reached the broker: nobody can say they were lost there. */
  readonly uncertain: readonly Range[];
  /**
   * What was sent before a connection of the publisher broke: none of it came to the broker behind
   * one that did not, so what is missing up to the end of such a range is uncertain, and no other.
   */
  readonly cut: readonly Range[];
}

/**
 * Keeps when the messages of a stream were due, so that it can be said later which of them were
 * sent while a subscriber was away. It has room for {@link TIMES_MAX} times: then it forgets every
 * second one, and answers are rounded to what is left.
 */
export class SendLog {
  sent = 0;
  #every = 1;
  #times: number[] = [];
  #uncertain: Range[] = [];
  #cut: Range[] = [];

  /** The next message was due at that time. */
  add(dueUs: number): void {
    if (this.sent++ % this.#every !== 0) return;
    this.#times.push(Math.max(dueUs, this.#times.at(-1) ?? 0));
    if (this.#times.length < TIMES_MAX) return;
    this.#times = this.#times.filter((_, at) => at % 2 === 0);
    this.#every *= 2;
  }

  /** That these came to the broker is not known. */
  doubt([from, to]: Range): void {
    if (from >= to) return;
    const last = this.#uncertain.at(-1);
    if (last !== undefined && from <= last[1] && from >= last[0]) {
      this.#uncertain[this.#uncertain.length - 1] = [last[0], Math.max(to, last[1])];
      return;
    }
    this.#uncertain.push([from, to]);
    if (this.#uncertain.length <= DOUBTS_MAX) return;
    // The two oldest become one: it says more than was in doubt rather than less.
    const [[one], [, other], ...rest] = this.#uncertain as [Range, Range, ...Range[]];
    this.#uncertain = [[one, other], ...rest];
  }

  /** The connection broke: the last of those that were due since then may have been cut off. */
  cutOff(fromUs: number): void {
    const range = rangeOf(this.times(), fromUs, Infinity);
    if (range[0] < range[1]) this.#cut.push(range);
    if (this.#cut.length > DOUBTS_MAX) this.doubt(this.#cut.shift()!);
  }

  times(): SendTimes {
    return {
      sent: this.sent,
      every: this.#every,
      times: this.#times,
      uncertain: this.#uncertain,
      cut: this.#cut,
    };
  }
}

/** Which messages were due from one time to before another; rather one more than one less. */
export function rangeOf({ sent, every, times }: SendTimes, fromUs: number, toUs: number): Range {
  const from = firstFrom(times, fromUs);
  const to = firstFrom(times, toUs);
  return [
    from === 0 ? 0 : Math.min(sent, (from - 1) * every + 1),
    to === times.length ? sent : to * every,
  ];
}

/** Of the first time that is not before `us`. */
function firstFrom(times: readonly number[], us: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! < us) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** 8 bytes each, for each stream. */
const TIMES_MAX = 512;
const DOUBTS_MAX = 256;
/** How long a message may be on its way: what nobody heard of for longer was not. */
export const ON_THE_WAY_US_MAX = 60_000_000;

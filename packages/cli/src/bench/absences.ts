/** From when to when, in µs of the shared clock. */
export type Span = readonly [fromUs: number, toUs: number];

/** When a device was away. It is at first, until it is there. */
export class Absences {
  #spans: Span[] = [];
  /** Since when messages may miss it; `undefined`: it is there. */
  #goneUs: number | undefined = -Infinity;
  /** When the latest message was due that came since it is there. */
  #latestUs: number | undefined;
  /** When it was there for the first time; before that no session kept anything for it. */
  #firstUs = Infinity;
  #backUs = -Infinity;

  /** A message came that was due then. */
  came(dueUs: number): void {
    this.#latestUs = Math.max(dueUs, this.#latestUs ?? dueUs);
  }

  /**
   * What was on its way when it left meets nobody: what was due up to a second before, as much
   * longer as messages took so far, and what was due since the latest one that came.
   *
   * @param longestUs The longest way that a message had so far.
   */
  left(nowUs: number, longestUs: number): void {
    const behindUs = Math.max(longestUs, nowUs - (this.#latestUs ?? nowUs));
    this.#goneUs ??= nowUs - ON_THE_WAY_US - Math.min(behindUs, BEHIND_US_MAX);
  }

  /** It is connected and has subscribed. */
  back(nowUs: number): void {
    if (this.#goneUs === undefined) return;
    this.#spans.push([this.#goneUs, nowUs]);
    this.#goneUs = undefined;
    this.#latestUs = undefined;
    this.#firstUs = Math.min(this.#firstUs, nowUs);
    this.#backUs = nowUs;
    if (this.#spans.length <= SPANS_MAX) return;
    const [[one], [, other], ...rest] = this.#spans as [Span, Span, ...Span[]];
    this.#spans = [[one, other], ...rest];
  }

  /** Whether a message that came waited for it, because it was not there when it was due. */
  waitedFor(dueUs: number): boolean {
    // What comes before it is quite there again was kept for it.
    return this.#goneUs !== undefined || dueUs < this.#backUs;
  }

  /** When messages may have missed it. @param kept Its session keeps them while it is away. */
  missing(kept: boolean): readonly Span[] {
    if (kept) return [[-Infinity, this.#firstUs]];
    const now: readonly Span[] = this.#goneUs === undefined ? [] : [[this.#goneUs, Infinity]];
    return [...this.#spans, ...now];
  }
}

const SPANS_MAX = 1024;
/** How long a message may be on its way anyhow, for what was sent just before a device left. */
export const ON_THE_WAY_US = 1_000_000;
/** What nobody heard of for longer was not on its way. */
const BEHIND_US_MAX = 60_000_000;

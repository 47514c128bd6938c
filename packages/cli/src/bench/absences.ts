/** From when to when, in µs of the shared clock. */
export type Span = readonly [fromUs: number, toUs: number];

/** When a device was away. It is at first, until it is there. */
export class Absences {
  #spans: Span[] = [];
  #goneUs: number | undefined = -Infinity;
  /** When it was there for the first time; before that no session kept anything for it. */
  #firstUs = Infinity;
  #backUs = -Infinity;

  left(nowUs: number): void {
    this.#goneUs ??= nowUs;
  }

  /** It is connected and has subscribed. */
  back(nowUs: number): void {
    if (this.#goneUs === undefined) return;
    this.#spans.push([this.#goneUs, nowUs]);
    this.#goneUs = undefined;
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
    // What was on its way when it left met nobody.
    return [...this.#spans, ...now].map(([fromUs, toUs]) => [fromUs - ON_THE_WAY_US, toUs]);
  }
}

const SPANS_MAX = 1024;
/** How long a message may be on its way, for what was sent just before a device left. */
export const ON_THE_WAY_US = 1_000_000;

/**
 * How often a value lay where: counts by upper bound, as Prometheus wants them. Its size is fixed
 * when it is made, and an observation makes nothing.
 */
export class Histogram {
  /** Upper bounds, ascending; what is above all of them is counted too. */
  readonly bounds: readonly number[];
  readonly #counts: Float64Array;
  #sum = 0;

  /** @throws {RangeError} if the bounds do not ascend. */
  constructor(bounds: readonly number[]) {
    if (bounds.some((bound, at) => at > 0 && !(bound > (bounds[at - 1] ?? bound)))) {
      throw new RangeError(`The bounds of a histogram must ascend: ${bounds.join(', ')}`);
    }
    this.bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
  }

  /** The sum of all values. */
  get sum(): number {
    return this.#sum;
  }

  /** How many there were. */
  get count(): number {
    return this.#counts.reduce((total, count) => total + count, 0);
  }

  observe(value: number): void {
    const { bounds } = this;
    let at = 0;
    while (at < bounds.length && value > (bounds[at] as number)) at++;
    this.#counts[at]!++;
    this.#sum += value;
  }

  /** For each bound, how many values were at most that. */
  cumulative(): number[] {
    let total = 0;
    return this.bounds.map((_, at) => (total += this.#counts[at] ?? 0));
  }
}

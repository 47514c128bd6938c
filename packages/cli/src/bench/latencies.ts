import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
} from 'hdr-histogram-js';

/** Percentiles of times, in ms. */
export interface LatencySummary {
  readonly count: number;
  readonly meanMs: number;
  readonly minMs: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly p9999Ms: number;
  readonly maxMs: number;
}

/**
 * Times from a µs to an hour, with three significant digits, in an HDR histogram: percentiles are
 * those of all values, not of a sample, and its memory does not grow.
 */
export class Latencies {
  readonly #histogram: Histogram;

  private constructor(histogram: Histogram) {
    this.#histogram = histogram;
  }

  static empty(): Latencies {
    return new Latencies(
      build({ ...RANGE, bitBucketSize: 32, numberOfSignificantValueDigits: 3, autoResize: false }),
    );
  }

  /** Of what {@link encode} has made. */
  static decode(text: string): Latencies {
    return new Latencies(decodeFromCompressedBase64(text, 32, false));
  }

  get count(): number {
    return this.#histogram.totalCount;
  }

  /** A time below a µs counts as one, a longer one than an hour as that. */
  add(us: number): void {
    this.#histogram.recordValue(Math.min(Math.max(1, Math.round(us)), US_MAX));
  }

  merge(other: Latencies): void {
    this.#histogram.add(other.#histogram);
  }

  clear(): void {
    this.#histogram.reset();
  }

  /** As a text, for another process. */
  encode(): string {
    return encodeIntoCompressedBase64(this.#histogram);
  }

  /** In ms; 0 without any value. */
  percentileMs(percentile: number): number {
    return this.count === 0 ? 0 : this.#histogram.getValueAtPercentile(percentile) / 1000;
  }

  summary(): LatencySummary | undefined {
    if (this.count === 0) return undefined;
    const { mean, minNonZeroValue, maxValue } = this.#histogram;
    return {
      count: this.count,
      meanMs: Math.round(mean) / 1000,
      minMs: minNonZeroValue / 1000,
      p50Ms: this.percentileMs(50),
      p90Ms: this.percentileMs(90),
      p99Ms: this.percentileMs(99),
      p999Ms: this.percentileMs(99.9),
      p9999Ms: this.percentileMs(99.99),
      maxMs: maxValue / 1000,
    };
  }
}

const US_MAX = 3_600_000_000;
const RANGE = { lowestDiscernibleValue: 1, highestTrackableValue: US_MAX };

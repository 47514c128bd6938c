/**
 * The wills of a run: who left one, what became of the connection, and who got it (MQTT 3.1.1,
 * 3.1.2.5). A series is all wills of one client, one for each of its connections.
 */
import type { Kept } from './retained-check.js';

/**
 * What has to become of a will:
 *
 *     offered ── CONNACK ──▶ due ── DISCONNECT ──▶ withdrawn ── next CONNACK ──▶ void
 *
 * What is due is published once the connection has ended, whoever ended it. Until CONNACK nothing
 * is safe of a CONNECT, and a DISCONNECT has no answer: what is offered or withdrawn may be
 * published. The CONNACK of the client's next connection comes after a commit that holds its
 * DISCONNECT.
 */
type Fate = 'offered' | 'due' | 'withdrawn' | 'void';

/** The wills of one client. They count from 0. */
export class WillSeries {
  readonly topic: string;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  readonly #fates: Fate[] = [];
  /** Whether the connection of the last one lives. */
  #open = false;

  constructor(topic: string, qos: 0 | 1 | 2, retain: boolean) {
    this.topic = topic;
    this.qos = qos;
    this.retain = retain;
  }

  get offered(): number {
    return this.#fates.length;
  }

  /** The first one that is not published yet, as far as the client knows. */
  get firstUnpublished(): number {
    return this.#open ? this.offered - 1 : this.offered;
  }

  /** CONNECT: returns the number of the will. */
  offer(): number {
    this.#open = true;
    return this.#fates.push('offered') - 1;
  }

  /** CONNACK. */
  accept(): void {
    if (this.#fates.at(-2) === 'withdrawn') this.#fates[this.offered - 2] = 'void';
    this.#fates[this.offered - 1] = 'due';
  }

  /** DISCONNECT. */
  withdraw(): void {
    this.#fates[this.offered - 1] = 'withdrawn';
  }

  /**
   * The connection has ended.
   *
   * @param killed The broker was killed: what it knew and had not stored is gone, a DISCONNECT for
   *   instance, and no CONNACK can make it safe any more.
   */
  end(killed: boolean): void {
    this.#open = false;
    if (killed && this.#fates.at(-1) === 'withdrawn') this.#fates[this.offered - 1] = 'offered';
  }

  isDue(number: number): boolean {
    return this.#fates[number] === 'due';
  }

  isVoid(number: number): boolean {
    return this.#fates[number] === 'void';
  }

  count(fate: Fate): number {
    return this.#fates.filter((one) => one === fate).length;
  }

  /** What its topic may keep when all connections have ended; `undefined` stands for nothing. */
  get kept(): Kept {
    const lastDue = this.#fates.lastIndexOf('due');
    const accepts = new Set<number | undefined>([lastDue < 0 ? undefined : lastDue]);
    for (let number = lastDue + 1; number < this.offered; number++) {
      if (!this.isVoid(number)) accepts.add(number);
    }
    return { topic: this.topic, accepts };
  }
}

/** What a subscriber has to get of the wills of a client, and what it got. */
export class WillReceipt {
  readonly subscriber: string;
  readonly series: WillSeries;
  /** Granted: the lower of the subscription's and the will's. */
  readonly qos: 0 | 1 | 2;
  readonly #from: number;
  readonly #got = new Set<number>();
  /** Those that came more often than they may. */
  readonly twice = new Set<number>();
  /** Came for the first time behind a later one. */
  reordered = 0;
  #highest = -1;

  constructor(subscriber: string, series: WillSeries, granted: 1 | 2) {
    this.subscriber = subscriber;
    this.series = series;
    this.qos = granted < series.qos ? granted : series.qos;
    this.#from = series.firstUnpublished;
  }

  /**
   * A will was handed to the application.
   *
   * @param explained Whether the broker may have been killed before what it knew of this one, as
   *   that it has published it or that it was acknowledged, was safe. Only QoS 2 forbids that it
   *   comes again then.
   */
  take(number: number, explained: boolean): void {
    if (this.#got.has(number)) {
      if (this.qos === 2 || !explained) this.twice.add(number);
      return;
    }
    this.#got.add(number);
    // One of before may have come already when nobody counted, before SUBACK, and come once more.
    if (number < this.#from) return;
    if (number < this.#highest) this.reordered++;
    else this.#highest = number;
  }

  /** Wills that were due and did not come. QoS 0 may get lost. */
  get missing(): readonly number[] {
    if (this.qos === 0) return [];
    const missing: number[] = [];
    for (let number = this.#from; number < this.series.firstUnpublished; number++) {
      if (this.series.isDue(number) && !this.#got.has(number)) missing.push(number);
    }
    return missing;
  }

  /** Wills that came although their client had said DISCONNECT. */
  get uncalled(): readonly number[] {
    return [...this.#got].filter((number) => this.series.isVoid(number));
  }
}

/** The sums of a run. */
export interface WillTotals {
  /** Connections that ended without DISCONNECT, and those that ended with one. */
  readonly due: number;
  readonly withdrawn: number;
  /** Each counted for each subscriber. */
  readonly lost: number;
  readonly twice: number;
  readonly uncalled: number;
}

export class WillBook {
  readonly series: WillSeries[] = [];
  readonly #receipts: WillReceipt[] = [];

  open(topic: string, qos: 0 | 1 | 2, retain: boolean): WillSeries {
    const series = new WillSeries(topic, qos, retain);
    this.series.push(series);
    return series;
  }

  /** From now on somebody has to get all wills of this client. */
  receipt(subscriber: string, series: WillSeries, granted: 1 | 2): WillReceipt {
    const receipt = new WillReceipt(subscriber, series, granted);
    this.#receipts.push(receipt);
    return receipt;
  }

  /** Wills that were due and have not come everywhere yet. */
  get outstanding(): number {
    return this.#sum(({ missing }) => missing.length);
  }

  totals(): WillTotals {
    return {
      due: this.series.reduce((sum, series) => sum + series.count('due'), 0),
      withdrawn: this.series.reduce((sum, series) => sum + series.count('void'), 0),
      lost: this.outstanding,
      twice: this.#sum(({ twice }) => twice.size),
      uncalled: this.#sum(({ uncalled }) => uncalled.length),
    };
  }

  /** What is wrong, one line each. */
  problems(): readonly string[] {
    return this.#receipts.flatMap(problemsOf);
  }

  #sum(pick: (receipt: WillReceipt) => number): number {
    return this.#receipts.reduce((sum, receipt) => sum + pick(receipt), 0);
  }
}

function problemsOf(receipt: WillReceipt): string[] {
  const { subscriber, series, qos, missing, twice, uncalled, reordered } = receipt;
  const problems: string[] = [];
  if (missing.length > 0) problems.push(`lost ${missing.join(', ')}`);
  if (twice.size > 0) problems.push(`${[...twice].join(', ')} came twice`);
  if (uncalled.length > 0) problems.push(`${uncalled.join(', ')} came in spite of DISCONNECT`);
  if (reordered > 0) problems.push(`${reordered} out of order`);
  return problems.map((what) => `wills of ${series.topic} to ${subscriber} at QoS ${qos}: ${what}`);
}

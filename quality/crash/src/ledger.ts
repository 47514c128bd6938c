import { WillBook } from './will-book.js';

/**
 * Who sent what, what was acknowledged, and who got it: the books of a run, from which the verdict
 * is read. A stream is all that one publisher sent to one topic at one QoS; MQTT keeps its order.
 */

/** What is sent, and how far it is. Messages of a stream count from 0. */
export class Stream {
  readonly name: string;
  readonly qos: 1 | 2;
  /** Messages sent at least once. */
  sent = 0;
  acknowledged = 0;
  readonly #acknowledged = new Set<number>();
  /** Messages sent more than once: of a QoS 1 message each time may arrive. */
  readonly #resent = new Set<number>();

  constructor(name: string, qos: 1 | 2) {
    this.name = name;
    this.qos = qos;
  }

  acknowledge(number: number): void {
    if (this.#acknowledged.has(number)) return;
    this.#acknowledged.add(number);
    this.acknowledged++;
  }

  resend(number: number): void {
    this.#resent.add(number);
  }

  isAcknowledged(number: number): boolean {
    return this.#acknowledged.has(number);
  }

  isResent(number: number): boolean {
    return this.#resent.has(number);
  }
}

/** What a subscriber has to get of a stream, and what it got. */
export class Receipt {
  readonly subscriber: string;
  readonly stream: Stream;
  /** Granted: the lower of the subscription's and the stream's. */
  readonly qos: 1 | 2;
  /** The first message sent after the subscription was acknowledged. */
  readonly from: number;
  /** Messages of which at least one came. */
  readonly #got = new Set<number>();
  /** The highest that came. */
  #highest = -1;
  /** Came again. */
  duplicates = 0;
  /** Came again although the broker had told that it keeps the answer. */
  unexplained = 0;
  /** Came again, and did not say so (MQTT-3.3.1-1). */
  unmarked = 0;
  /** Came for the first time behind one that was sent later. */
  reordered = 0;

  constructor(subscriber: string, stream: Stream, granted: 1 | 2) {
    this.subscriber = subscriber;
    this.stream = stream;
    this.qos = granted < stream.qos ? granted : stream.qos;
    this.from = stream.sent;
  }

  /**
   * A message was handed to the application.
   *
   * @param explained Whether the subscriber's acknowledgement of it may have been lost.
   * @param dup Whether it came with DUP.
   */
  take(number: number, explained: boolean, dup: boolean): void {
    if (this.#got.has(number)) {
      this.duplicates++;
      // What its publisher sent twice may come twice, and as two messages.
      if (this.stream.isResent(number)) return;
      if (!explained) this.unexplained++;
      if (!dup) this.unmarked++;
      return;
    }
    this.#got.add(number);
    // What was on its way when the subscription began may have gone past it, and come to it after a
    // kill, when its publisher sends it again.
    if (number < this.from) return;
    if (number < this.#highest) this.reordered++;
    else this.#highest = number;
  }

  /** Acknowledged messages that did not come. */
  get missing(): readonly number[] {
    const missing: number[] = [];
    for (let number = this.from; number < this.stream.sent; number++) {
      if (this.stream.isAcknowledged(number) && !this.#got.has(number)) missing.push(number);
    }
    return missing;
  }
}

/** The sums of a run. */
export interface Totals {
  sent: number;
  acknowledged: number;
  received: number;
  lost: number;
  qos1Duplicates: number;
  qos1Unexplained: number;
  qos1Unmarked: number;
  qos2Duplicates: number;
  reordered: number;
}

export class Ledger {
  readonly streams: Stream[] = [];
  readonly receipts: Receipt[] = [];
  readonly wills = new WillBook();
  received = 0;
  /** Broken promises that are not about single messages: a session that is gone, for instance. */
  readonly faults: string[] = [];

  stream(name: string, qos: 1 | 2): Stream {
    const stream = new Stream(name, qos);
    this.streams.push(stream);
    return stream;
  }

  /** From now on somebody has to get all of this stream. */
  receipt(subscriber: string, stream: Stream, granted: 1 | 2): Receipt {
    const receipt = new Receipt(subscriber, stream, granted);
    this.receipts.push(receipt);
    return receipt;
  }

  fault(what: string): void {
    this.faults.push(what);
  }

  /** Sessions that lasted and were gone. */
  sessionsGone = 0;

  sessionGone(clientId: string): void {
    this.sessionsGone++;
    this.fault(`The session of ${clientId} is gone`);
  }

  /** What is due and has not come everywhere yet: acknowledged messages, and wills. */
  get outstanding(): number {
    return this.#lost + this.wills.outstanding;
  }

  get #lost(): number {
    return this.receipts.reduce((sum, receipt) => sum + receipt.missing.length, 0);
  }

  totals(): Totals {
    const sum = (pick: (receipt: Receipt) => number, qos?: 1 | 2): number =>
      this.receipts
        .filter((receipt) => qos === undefined || receipt.qos === qos)
        .reduce((total, receipt) => total + pick(receipt), 0);
    return {
      sent: this.streams.reduce((total, { sent }) => total + sent, 0),
      acknowledged: this.streams.reduce((total, { acknowledged }) => total + acknowledged, 0),
      received: this.received,
      lost: this.#lost,
      qos1Duplicates: sum(({ duplicates }) => duplicates, 1),
      qos1Unexplained: sum(({ unexplained }) => unexplained, 1),
      qos1Unmarked: sum(({ unmarked }) => unmarked, 1),
      qos2Duplicates: sum(({ duplicates }) => duplicates, 2),
      reordered: sum(({ reordered }) => reordered),
    };
  }

  /** What is wrong, one line each. Empty: the run is good. */
  problems(): readonly string[] {
    const problems = [...this.faults];
    for (const receipt of this.receipts) problems.push(...problemsOf(receipt));
    return [...problems, ...this.wills.problems()];
  }
}

function problemsOf(receipt: Receipt): string[] {
  const { subscriber, stream, qos, missing, duplicates, unexplained, reordered } = receipt;
  const problems: string[] = [];
  if (missing.length > 0) problems.push(`lost ${shown(missing)}`);
  if (qos === 2 && duplicates > 0) problems.push(`${duplicates} came twice`);
  if (qos === 1 && unexplained > 0) {
    problems.push(`${unexplained} came again after their answer was safe`);
  }
  if (reordered > 0) problems.push(`${reordered} out of order`);
  return problems.map((problem) => `${stream.name} to ${subscriber} at QoS ${qos}: ${problem}`);
}

function shown(numbers: readonly number[]): string {
  const first = numbers.slice(0, 5).join(', ');
  return numbers.length > 5 ? `${first} … (${numbers.length})` : first;
}

import type { QoS } from '@magpie/protocol';
import type { Absence, Absences } from './absences.js';
import type { Counts } from './figures.js';
import { type LoadPlan, type Stream, StreamNumbers } from './load-plan.js';
import { type Range, sizeOf, without } from './ranges.js';
import { ON_THE_WAY_US_MAX, rangeOf, type SendTimes } from './send-log.js';
import { type Arrival, type Gap, SequenceTracker } from './sequence-tracker.js';
import type { Stamp } from './stamp.js';
import { TopicTree } from './topic-tree.js';

/** How many messages of each stream were sent, by its number. */
export type SentCounts = readonly number[];

/** When they were due, by stream: where devices come and go. */
export type SentTimes = ReadonlyMap<number, SendTimes>;

/** What did not arrive, of what was sent. */
export interface Missing {
  readonly lost: number;
  /** Sent while the receiver was away, or on its way when it left, and nothing kept it for it. */
  readonly missed: number;
  /** Perhaps it never came to the broker: its publisher broke the connection. */
  readonly uncertain: number;
}

/** What a receiver should get. */
export interface Expected {
  /** At the QoS at which it comes. */
  readonly qos: QoS;
  readonly isWill: boolean;
}

/** Which streams a filter brings, for all receivers of a worker. */
export class StreamIndex {
  readonly #tree = new TopicTree<Stream>();
  readonly #byFilter = new Map<string, readonly Stream[]>();

  constructor(plan: LoadPlan) {
    for (const stream of new StreamNumbers(plan).all()) {
      if (stream.plan.payload?.stamp !== false) this.#tree.add(stream.topic, stream);
    }
  }

  /** The streams that match. */
  of(filter: string): readonly Stream[] {
    let found = this.#byFilter.get(filter);
    if (found === undefined) {
      found = this.#tree.matching(filter);
      this.#byFilter.set(filter, found);
    }
    return found;
  }

  /** What subscriptions bring, by stream. */
  expected(
    subscriptions: readonly { readonly filter: string; readonly qos: QoS }[],
  ): Map<number, Expected> {
    const expected = new Map<number, Expected>();
    for (const { filter, qos } of subscriptions) {
      for (const { stream, plan } of this.of(filter)) {
        const best = Math.max(expected.get(stream)?.qos ?? 0, Math.min(qos, plan.qos)) as QoS;
        expected.set(stream, { qos: best, isWill: plan.pace.kind === 'will' });
      }
    }
    return expected;
  }
}

/** A message as it came. */
export interface Came {
  readonly qos: QoS;
  readonly dup: boolean;
  readonly retain: boolean;
  readonly bytes: number;
  /** With which connection, as {@link Absences.connection} counts them. */
  readonly connection: number;
}

/** What one receiver gets: by stream, what was new, late, double, and what is missing. */
export class Reception {
  readonly #run: number;
  readonly #counts: Counts;
  /** Streams that its filters bring: each message of them is expected. */
  readonly #expected: ReadonlyMap<number, Expected>;
  readonly #trackers = new Map<number, SequenceTracker>();

  /**
   * @param run Messages of other runs are foreign; 0: there are none that are.
   * @param counts Of the worker; it counts there.
   */
  constructor(run: number, counts: Counts, expected: ReadonlyMap<number, Expected>) {
    this.#run = run;
    this.#counts = counts;
    this.#expected = expected;
  }

  /** A message arrived. @returns What it is; `undefined` if it is none of this run. */
  add(stamp: Stamp | undefined, came: Came): Arrival | 'will' | undefined {
    const counts = this.#counts;
    if (stamp === undefined || (this.#run !== 0 && stamp.run !== this.#run)) {
      counts.foreign++;
      return undefined;
    }
    const arrival = this.#trackerOf(stamp).add(stamp.sequence, came.connection);
    // What is retained comes again with each subscription.
    if (arrival === 'duplicate' && came.retain) return arrival;
    const isWill = this.#run !== 0 && this.#expected.get(stamp.stream)?.isWill === true;
    if (isWill) counts.willsReceived++;
    else {
      counts.received++;
      counts.receivedBytes += came.bytes;
    }
    if (arrival === 'duplicate') this.#duplicate(came);
    else if (arrival === 'late') counts.reordered++;
    return isWill && arrival !== 'duplicate' ? 'will' : arrival;
  }

  /** How many messages are missing, of those that were sent. */
  missing(sent: SentCounts, times?: SentTimes, away?: Away): Missing {
    let lost = 0;
    let missed = 0;
    let uncertain = 0;
    if (this.#run === 0) {
      // What another run has sent is not known: only gaps are.
      for (const tracker of this.#trackers.values()) lost += tracker.missing(tracker.highest + 1);
      return { lost, missed, uncertain };
    }
    for (const [stream, { qos }] of this.#expected) {
      const count = sent[stream] ?? 0;
      const tracker = this.#trackers.get(this.#run * STREAMS + stream);
      const missing = tracker === undefined ? count : tracker.missing(count);
      const log = times?.get(stream);
      if (missing === 0) continue;
      if (log === undefined || away === undefined) {
        lost += missing;
        continue;
      }
      const gaps = tracker?.gaps(count) ?? [noneOf(count)];
      const found = sorted(gaps, log, away.absences.missing(away.keeps && qos > 0));
      // Gaps that there was no room for: they had the benefit of the doubt.
      const forgotten = tracker?.forgotten ?? 0;
      lost += found.lost;
      missed += found.missed;
      uncertain += found.uncertain + forgotten;
    }
    return { lost, missed, uncertain };
  }

  #duplicate({ qos, dup }: Came): void {
    const counts = this.#counts;
    counts.duplicates++;
    if (qos === 2) counts.duplicatesOfQoS2++;
    else if (dup) counts.redelivered++;
  }

  #trackerOf({ run, stream, sequence }: Stamp): SequenceTracker {
    const key = run * STREAMS + stream;
    let tracker = this.#trackers.get(key);
    if (tracker === undefined) {
      tracker = new SequenceTracker(this.#run === 0 ? sequence : 0);
      this.#trackers.set(key, tracker);
    }
    return tracker;
  }
}

/** When a receiver was away. */
export interface Away {
  readonly absences: Absences;
  /** Its session goes on, and keeps messages of QoS 1 and 2. */
  readonly keeps: boolean;
}

/** Of a stream of which nothing came. */
function noneOf(count: number): Gap {
  return { range: [0, count], before: 0, after: Infinity };
}

/** What is missing in gaps of a stream, by why. */
function sorted(gaps: readonly Gap[], log: SendTimes, absences: readonly Absence[]): Missing {
  let [lost, missed, uncertain] = [0, 0, 0];
  for (const gap of gaps) {
    const known = without(without([gap.range], log.uncertain), cutOff(gap.range, log));
    const left = sizeOf(without(known, missedIn(gap, log, absences)));
    lost += left;
    missed += sizeOf(known) - left;
    uncertain += sizeOf([gap.range]) - sizeOf(known);
  }
  return { lost, missed, uncertain };
}

/**
 * What perhaps never came to the broker, since its publisher's connection broke. A broker reads a
 * connection in order, so that is only what is missing up to the end of it.
 */
function cutOff([from, to]: Range, { cut }: SendTimes): readonly Range[] {
  return cut.filter(([, end]) => from < end && end <= to);
}

/**
 * What the receiver's absences in a gap explain. Messages of one stream come in order
 * (MQTT-4.6.0-6), so those that are missing behind the latest one that came before it left may all
 * have been on their way, however long that took. What was due when it was back came to the broker
 * behind its subscriptions; and between two that came with one connection it was there.
 */
function missedIn({ before, after }: Gap, log: SendTimes, all: readonly Absence[]): Range[] {
  if (before === after) return [];
  const inside = all.filter((one) => one.before < after && before < one.after);
  return inside.map(({ fromUs, toUs }) => rangeOf(log, fromUs - ON_THE_WAY_US_MAX, toUs));
}

const STREAMS = 2 ** 32;

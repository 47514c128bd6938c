import { matches, type QoS } from '@magpie/protocol';
import type { Counts } from './figures.js';
import { type LoadPlan, StreamNumbers } from './load-plan.js';
import { type Arrival, SequenceTracker } from './sequence-tracker.js';
import type { Stamp } from './stamp.js';

/** How many messages of each stream were sent, by its number. */
export type SentCounts = readonly number[];

/** Which streams a filter brings, for all receivers of a worker. */
export class StreamIndex {
  readonly #streams: readonly { readonly stream: number; readonly topic: string }[];
  readonly #byTopic = new Map<string, number[]>();
  readonly #byFilter = new Map<string, readonly number[]>();

  constructor(plan: LoadPlan) {
    this.#streams = [...new StreamNumbers(plan).all()];
    for (const { stream, topic } of this.#streams) {
      const others = this.#byTopic.get(topic);
      if (others === undefined) this.#byTopic.set(topic, [stream]);
      else others.push(stream);
    }
  }

  /** The numbers of the streams that match. */
  of(filter: string): readonly number[] {
    let found = this.#byFilter.get(filter);
    if (found === undefined) {
      found = /[+#]/.test(filter)
        ? this.#streams.filter(({ topic }) => matches(filter, topic)).map(({ stream }) => stream)
        : (this.#byTopic.get(filter) ?? []);
      this.#byFilter.set(filter, found);
    }
    return found;
  }
}

/** What one receiver gets: by stream, what was new, late, double, and what is missing. */
export class Reception {
  readonly #run: number;
  readonly #counts: Counts;
  /** Streams that its filters bring: each message of them is expected. */
  readonly #expected: ReadonlySet<number>;
  readonly #trackers = new Map<number, SequenceTracker>();

  /**
   * @param run Messages of other runs are foreign; 0: there are none that are.
   * @param counts Of the worker; it counts there.
   */
  constructor(run: number, counts: Counts, expected: ReadonlySet<number>) {
    this.#run = run;
    this.#counts = counts;
    this.#expected = expected;
  }

  /** A message arrived. @returns What it is; `undefined` if it is none of this run. */
  add(stamp: Stamp | undefined, qos: QoS, bytes: number): Arrival | undefined {
    const counts = this.#counts;
    if (stamp === undefined || (this.#run !== 0 && stamp.run !== this.#run)) {
      counts.foreign++;
      return undefined;
    }
    counts.received++;
    counts.receivedBytes += bytes;
    const arrival = this.#trackerOf(stamp).add(stamp.sequence);
    if (arrival === 'duplicate') {
      counts.duplicates++;
      if (qos === 2) counts.duplicatesOfQoS2++;
    } else if (arrival === 'late') {
      counts.reordered++;
    }
    return arrival;
  }

  /** How many messages are missing, of those that were sent. */
  missing(sent: SentCounts): number {
    let missing = 0;
    if (this.#run === 0) {
      // What another run has sent is not known: only gaps are.
      for (const tracker of this.#trackers.values()) {
        missing += tracker.missing(tracker.highest + 1);
      }
      return missing;
    }
    for (const stream of this.#expected) {
      const count = sent[stream] ?? 0;
      const tracker = this.#trackers.get(this.#run * STREAMS + stream);
      missing += tracker === undefined ? count : tracker.missing(count);
    }
    return missing;
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

const STREAMS = 2 ** 32;

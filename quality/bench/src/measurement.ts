import { median, spread } from './statistics.js';

/** What can go wrong with messages. Every one must be 0 for a run to count. */
export interface Faults {
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
}

/** The numbers of a run. Lower is better in all but the first. */
export interface Figures {
  /** Deliveries a second (connections a second in the idle scenario). */
  readonly messagesPerS: number;
  /** CPU time of the broker per delivery, in µs. */
  readonly cpuUs: number;
  /** Share of the measured time in which the broker was ready to run but had no CPU; 0 to 1. */
  readonly waited: number;
  /** CPU time of the load generator per delivery, in µs: what the measuring itself costs. */
  readonly generatorCpuUs: number;
  /**
   * Growth of the broker's resident memory per delivery, in bytes. Only the idle scenario shows
   * it.
   */
  readonly residentBytes: number;
  /** How long all of it took, in s. Only the recovery scenario shows it. */
  readonly elapsedS: number;
  /**
   * The most memory of its own that the broker took, in bytes: without pages of files, which the
   * system takes back when it needs the room.
   */
  readonly ownBytes: number;
  /** Latency from publisher to subscriber, in µs. */
  readonly p50Us: number;
  readonly p99Us: number;
  readonly p999Us: number;
}

export type FigureName = keyof Figures;

export const FIGURE_NAMES = [
  'messagesPerS',
  'cpuUs',
  'generatorCpuUs',
  'waited',
  'residentBytes',
  'elapsedS',
  'ownBytes',
  'p50Us',
  'p99Us',
  'p999Us',
] as const satisfies readonly FigureName[];

/** One run of one scenario against one broker. */
export interface Measurement {
  readonly scenario: string;
  readonly broker: string;
  /** From 1. */
  readonly run: number;
  /** Why the run does not count, in words; `undefined` if it does. */
  readonly failure: string | undefined;
  /** `undefined` if the run broke off. */
  readonly figures: Figures | undefined;
}

/** All runs of one scenario against one broker. */
export interface Summary {
  readonly scenario: string;
  readonly broker: string;
  /** Runs that count. */
  readonly runs: number;
  /** Their figures, by the number of the run. */
  readonly figures: ReadonlyMap<number, Figures>;
  readonly failures: readonly string[];
  /** The median of each figure over the runs that count; `undefined` if none does. */
  readonly medians: Figures | undefined;
  /** How far the runs lie apart in CPU per delivery, relative to the median. */
  readonly cpuSpread: number;
}

/** Groups by scenario and broker, in the order in which they first appear. */
export function summarize(measurements: readonly Measurement[]): Summary[] {
  const groups = new Map<string, Measurement[]>();
  for (const measurement of measurements) {
    const key = `${measurement.scenario} ${measurement.broker}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [measurement]);
    else group.push(measurement);
  }
  return [...groups.values()].map((group) => summaryOf(group));
}

/** What is wrong with these faults, in words; `undefined` if nothing is. */
export function faultsInWords(faults: Faults, stalled: boolean): string | undefined {
  const words = [
    stalled ? 'stalled' : '',
    faults.lost > 0 ? `${faults.lost} lost` : '',
    faults.duplicated > 0 ? `${faults.duplicated} duplicated` : '',
    faults.reordered > 0 ? `${faults.reordered} reordered` : '',
  ].filter((word) => word !== '');
  return words.length === 0 ? undefined : words.join(', ');
}

function summaryOf(group: readonly Measurement[]): Summary {
  const [first] = group;
  if (first === undefined) throw new RangeError('A summary needs a measurement');
  const { scenario, broker } = first;
  const failures = group.flatMap(({ failure }) => (failure === undefined ? [] : [failure]));
  const figures = new Map(
    group.flatMap(({ failure, run, figures }) =>
      failure === undefined && figures !== undefined ? [[run, figures]] : [],
    ),
  );
  const counted = [...figures.values()];
  if (counted.length === 0) {
    return { scenario, broker, runs: 0, figures, failures, medians: undefined, cpuSpread: 0 };
  }
  const medians = Object.fromEntries(
    FIGURE_NAMES.map((name) => [name, median(counted.map((figures) => figures[name]))]),
  ) as Record<FigureName, number>;
  const cpuSpread = spread(counted.map(({ cpuUs }) => cpuUs));
  return { scenario, broker, runs: counted.length, figures, failures, medians, cpuSpread };
}

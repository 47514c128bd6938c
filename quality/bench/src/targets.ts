import { isWithout } from './brokers/magpie-without.js';
import type { FigureName, Figures, Summary } from './measurement.js';
import type { Without } from './scenarios.js';
import { median } from './statistics.js';

/** What Magpie is to reach in one scenario. */
export interface Target {
  readonly scenario: string;
  readonly figure: FigureName;
  /**
   * The broker whose figure is the measure, or the scenario in which the same broker's is: the
   * bound is then a ratio. `undefined`: it is a value.
   */
  readonly versus:
    | 'mosquitto'
    | 'aedes'
    | 'bare-store'
    | 'bare-sync'
    | Without
    | { readonly scenario: string }
    | undefined;
  /** One of the two. */
  readonly atMost?: number;
  readonly atLeast?: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

/** Targets in the order of their scenarios. */
export const TARGETS: readonly Target[] = [
  { scenario: 'pairs-qos0', figure: 'cpuUs', versus: 'mosquitto', atMost: 0.15 },
  { scenario: 'pairs-qos0', figure: 'cpuUs', versus: 'aedes', atMost: 1 / 8 },
  { scenario: 'pairs-qos1', figure: 'cpuUs', versus: 'mosquitto', atMost: 0.07 },
  { scenario: 'pairs-qos1', figure: 'cpuUs', versus: 'aedes', atMost: 1 / 8 },
  { scenario: 'pairs-qos2', figure: 'cpuUs', versus: 'mosquitto', atMost: 0.08 },
  { scenario: 'pairs-qos2', figure: 'cpuUs', versus: 'aedes', atMost: 1 / 8 },
  { scenario: 'one-to-one', figure: 'cpuUs', versus: 'mosquitto', atMost: 0.03 },
  { scenario: 'fan-out', figure: 'cpuUs', versus: 'mosquitto', atMost: 0.12 },
  { scenario: 'fan-in-qos0', figure: 'cpuUs', versus: 'mosquitto', atMost: 0.12 },
  { scenario: 'fan-in-qos1', figure: 'cpuUs', versus: 'mosquitto', atMost: 0.1 },
  { scenario: 'window-1-qos0', figure: 'cpuUs', versus: 'mosquitto', atMost: 0.95 },
  { scenario: 'window-1-qos1', figure: 'cpuUs', versus: 'mosquitto', atMost: 0.9 },
  { scenario: 'wildcard', figure: 'cpuUs', versus: 'mosquitto', atMost: 0.4 },
  { scenario: 'acl-10000', figure: 'cpuUs', versus: 'no-rules', atMost: 1.05 },
  { scenario: 'trace', figure: 'cpuUs', versus: 'no-trace', atMost: 1.02 },
  { scenario: 'journal', figure: 'cpuUs', versus: 'no-journal', atMost: 1.03 },
  { scenario: 'sight', figure: 'cpuUs', versus: 'no-sight', atMost: 1.05 },
  // At least 60 % of what there is without TLS: of messages, and of what a CPU carries.
  { scenario: 'tls', figure: 'messagesPerS', versus: 'no-tls', atLeast: 0.6 },
  { scenario: 'tls', figure: 'cpuUs', versus: 'no-tls', atMost: 1 / 0.6 },
  { scenario: 'matching', figure: 'cpuUs', versus: undefined, atMost: 2 },
  { scenario: 'retained', figure: 'cpuUs', versus: 'mosquitto', atMost: 0.25 },
  { scenario: 'offline', figure: 'cpuUs', versus: 'mosquitto', atMost: 0.4 },
  { scenario: 'durable-fill', figure: 'messagesPerS', versus: undefined, atLeast: 80_000 },
  { scenario: 'durable-fill', figure: 'messagesPerS', versus: 'bare-store', atLeast: 0.6 },
  { scenario: 'durable-fill', figure: 'cpuUs', versus: undefined, atMost: 8 },
  { scenario: 'durable-drain', figure: 'messagesPerS', versus: undefined, atLeast: 200_000 },
  { scenario: 'durable-drain', figure: 'cpuUs', versus: undefined, atMost: 4 },
  {
    scenario: 'online-persistent',
    figure: 'messagesPerS',
    versus: { scenario: 'online-clean' },
    atLeast: 0.3,
  },
  { scenario: 'ack-latency', figure: 'p99Us', versus: 'bare-sync', atMost: 3 },
  { scenario: 'queue-memory', figure: 'ownBytes', versus: undefined, atMost: 512 * MIB },
  { scenario: 'recovery', figure: 'elapsedS', versus: undefined, atMost: 20 },
  { scenario: 'large', figure: 'cpuUs', versus: 'mosquitto', atMost: 0.7 },
  { scenario: 'idle', figure: 'residentBytes', versus: undefined, atMost: 8 * KIB },
  { scenario: 'idle', figure: 'cpuUs', versus: 'mosquitto', atMost: 3 },
  { scenario: 'open-loop', figure: 'p50Us', versus: 'mosquitto', atMost: 1.3 },
  { scenario: 'open-loop', figure: 'p99Us', versus: 'mosquitto', atMost: 1.3 },
];

/** Where Magpie stands against a target; both `undefined` while a broker's figure is missing. */
export interface Verdict {
  readonly target: Target;
  readonly value: number | undefined;
  readonly met: boolean | undefined;
  /** How many pairs of neighbouring runs `value` is the median of; absent: of no pairs. */
  readonly pairs?: number;
}

/**
 * Compares the figure of `subject`, or its ratio to the one that is the measure: a ratio of
 * medians. Where the measure is Magpie without something, the ratio is that of two runs which
 * followed each other, and of those the median: what the machine did in the time of both cancels.
 */
export function checkTarget(
  target: Target,
  summaries: readonly Summary[],
  subject = 'magpie',
): Verdict {
  const { versus, figure } = target;
  if (typeof versus === 'string' && isWithout(versus)) {
    const without = summaryOf(target, summaries, versus);
    const ratios = ratiosOfPairs(summaryOf(target, summaries, subject), without, figure);
    const value = ratios.length === 0 ? undefined : median(ratios);
    return { ...verdict(target, value), pairs: ratios.length };
  }
  const own = figureOf(target, summaries, subject);
  const measure = measureOf(target, summaries, subject);
  const isMissing = own === undefined || measure === undefined || measure === 0;
  return verdict(target, isMissing ? undefined : own / measure);
}

function verdict(target: Target, value: number | undefined): Verdict {
  if (value === undefined) return { target, value, met: undefined };
  const { atMost = Infinity, atLeast = -Infinity } = target;
  return { target, value, met: value <= atMost && value >= atLeast };
}

/** Of the runs of both that count. */
function ratiosOfPairs(
  own: Summary | undefined,
  other: Summary | undefined,
  figure: FigureName,
): number[] {
  const ratio = (run: number, figures: Figures) => {
    const measure = other?.figures.get(run)?.[figure] ?? 0;
    return measure === 0 ? [] : [figures[figure] / measure];
  };
  return [...(own?.figures ?? [])].flatMap(([run, figures]) => ratio(run, figures));
}

function measureOf(
  target: Target,
  summaries: readonly Summary[],
  subject: string,
): number | undefined {
  const { versus } = target;
  if (versus === undefined) return 1;
  if (typeof versus === 'string') return figureOf(target, summaries, versus);
  return figureOf({ ...target, scenario: versus.scenario }, summaries, subject);
}

function figureOf(
  target: Target,
  summaries: readonly Summary[],
  broker: string,
): number | undefined {
  return summaryOf(target, summaries, broker)?.medians?.[target.figure];
}

function summaryOf(
  { scenario }: Target,
  summaries: readonly Summary[],
  broker: string,
): Summary | undefined {
  return summaries.find((one) => one.scenario === scenario && one.broker === broker);
}

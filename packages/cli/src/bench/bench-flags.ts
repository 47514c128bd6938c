import type { Command } from 'commander';
import { languageOption } from '../language-option.js';
import type { Language } from '../language.js';
import { collect } from '../mqtt/collect.js';
import { addConnectionFlags, type ConnectionFlags } from '../mqtt/connection-flags.js';
import { secondsInMs, UsageError } from '../mqtt/usage-error.js';
import type { LoadTiming } from './load-run.js';
import type { LoadFlags, LoadMode } from './plan-load.js';

/** Flags of every kind of load: how it is made, and where its result goes. */
export interface OutputFlags extends ConnectionFlags {
  readonly source?: readonly string[];
  readonly window?: string;
  readonly interval: string;
  readonly metrics?: string;
  readonly metricsPort?: string;
  readonly json?: true;
  readonly workers: string;
  readonly report?: string;
  readonly lang?: Language;
}

/** Flags of a load that flags describe. */
export interface BenchFlags extends OutputFlags, LoadFlags {
  readonly ramp: string;
  readonly warmUp: string;
  readonly duration: string;
  readonly drain: string;
}

/** Flags that say what is done, for one kind of load. */
export function addLoadFlags(command: Command, mode: LoadMode): Command {
  if (mode === 'conn') command.option('-n, --connections <N>', 'how many connections', '100');
  if (mode === 'pair') command.option('-n, --connections <N>', 'how many pairs', '10');
  if (mode === 'pub' || mode === 'fan') {
    command.option('--publishers <N>', 'how many publish', '1');
  }
  if (mode === 'sub' || mode === 'fan') {
    const count = mode === 'sub' ? '1' : '100';
    command.option('--subscribers <N>', 'how many subscribe', count);
  }
  if (mode === 'conn') return command;
  if (mode === 'sub') {
    return command
      .option('-t, --topic <FILTER>', 'what to subscribe to', '#')
      .option('-q, --qos <QOS>', 'at which QoS', '0');
  }
  return command
    .option('-t, --topic <TOPIC>', 'with {n} for the number of the publisher (default: its own)')
    .option('-q, --qos <QOS>', 'at which QoS', '0')
    .option('-s, --size <BYTES>', 'bytes of a payload, at least 24', '100')
    .option('-r, --retain', 'retain the messages')
    .option('--rate <MESSAGES>', 'messages a second, of all publishers together')
    .option('--window <N>', `${WINDOWS[mode]} (default: 1)`);
}

/** Of `magpie bench run`: what the file says counts where they are not given. */
export interface ScenarioFlags extends OutputFlags {
  readonly ramp?: string;
  readonly warmUp?: string;
  readonly duration?: string;
  readonly drain?: string;
  readonly seed?: string;
  readonly check?: true;
}

/** Flags of `magpie bench run`. */
export function addScenarioFlags(command: Command): Command {
  addConnectionFlags(command);
  command
    .option('--check', 'say what would be done, and do nothing')
    .option('--seed <N>', 'draw everything from this number instead of the seed of the file')
    .option('--ramp <SECONDS>', 'open the connections over this time instead of that of the file')
    .option('--warm-up <SECONDS>', 'load before it is measured, instead of that of the file')
    .option('--duration <SECONDS>', 'how long it is measured, instead of that of the file')
    .option(
      '--drain <SECONDS>',
      'how long to wait for what does not arrive, instead of that of the file',
    )
    .option('--interval <SECONDS>', 'from one look at the figures to the next', '1');
  return addOutputFlags(command);
}

/** Flags that every kind of load has. */
export function addRunFlags(command: Command): Command {
  addConnectionFlags(command);
  command.option('--ramp <SECONDS>', 'open the connections over this time', '0');
  return addOutputFlags(command);
}

function addOutputFlags(command: Command): Command {
  return command
    .option('--workers <N>', 'share the work among so many processes', '1')
    .option('--source <ADDRESS>', 'address to connect from; can be repeated', collect)
    .option('--metrics <FILE>', 'write the result there in the text format of Prometheus')
    .option('--metrics-port <PORT>', 'serve it there while it runs, at 127.0.0.1; 0: a free port')
    .option('--json', 'a line of JSON for each interval, and one for the result')
    .option('--report <FILE>', 'write a page with plots there, as HTML')
    .addOption(languageOption('of the report'));
}

/** Flags for how long. */
export function addTimingFlags(command: Command): Command {
  return command
    .option('--warm-up <SECONDS>', 'load before it is measured', '2')
    .option('--duration <SECONDS>', 'how long it is measured', '10')
    .option('--drain <SECONDS>', 'how long to wait for what does not arrive', '3')
    .option('--interval <SECONDS>', 'from one look at the figures to the next', '1');
}

/** @throws {UsageError} if a time is none. */
export function timingOf(flags: BenchFlags): LoadTiming {
  return {
    warmUpMs: secondsInMs('--warm-up', flags.warmUp),
    durationMs: durationOf(flags.duration),
    drainMs: secondsInMs('--drain', flags.drain),
    intervalMs: intervalOf(flags.interval),
  };
}

/** The times that are given. @throws {UsageError} if one is none. */
export function givenTiming({
  warmUp,
  duration,
  drain,
  interval,
}: ScenarioFlags): Partial<LoadTiming> & Pick<LoadTiming, 'intervalMs'> {
  return {
    ...(warmUp === undefined ? {} : { warmUpMs: secondsInMs('--warm-up', warmUp) }),
    ...(duration === undefined ? {} : { durationMs: durationOf(duration) }),
    ...(drain === undefined ? {} : { drainMs: secondsInMs('--drain', drain) }),
    intervalMs: intervalOf(interval),
  };
}

function durationOf(text: string): number {
  const durationMs = secondsInMs('--duration', text);
  if (durationMs === 0) throw new UsageError('--duration must be more than 0 seconds');
  return durationMs;
}

function intervalOf(text: string): number {
  const intervalMs = secondsInMs('--interval', text);
  if (intervalMs < INTERVAL_MS_MIN) throw new UsageError('--interval must be at least 0.1 seconds');
  return intervalMs;
}

const INTERVAL_MS_MIN = 100;
/** What a closed loop waits for. */
const WINDOWS = {
  pub: 'or as fast as it goes: so many of each publisher are not acknowledged',
  fan: 'or as fast as it goes: so many of each publisher are not acknowledged',
  pair: 'or as fast as it goes: so many of each pair are under way',
} as const;

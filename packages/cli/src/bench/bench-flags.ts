import type { Command } from 'commander';
import { languageOption } from '../language-option.js';
import type { Language } from '../language.js';
import { collect } from '../mqtt/collect.js';
import { addConnectionFlags, type ConnectionFlags } from '../mqtt/connection-flags.js';
import { secondsInMs, UsageError } from '../mqtt/usage-error.js';
import type { LoadTiming } from './load-run.js';
import type { LoadFlags, LoadMode } from './plan-load.js';

/** Flags of every kind of load. */
export interface BenchFlags extends ConnectionFlags, LoadFlags {
  readonly ramp: string;
  readonly warmUp: string;
  readonly duration: string;
  readonly drain: string;
  readonly interval: string;
  readonly metrics?: string;
  readonly metricsPort?: string;
  readonly json?: true;
  readonly workers: string;
  readonly report?: string;
  readonly lang?: Language;
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

/** Flags that every kind of load has. */
export function addRunFlags(command: Command): Command {
  addConnectionFlags(command);
  return command
    .option('--workers <N>', 'share the work among so many processes', '1')
    .option('--source <ADDRESS>', 'address to connect from; can be repeated', collect)
    .option('--ramp <SECONDS>', 'open the connections over this time', '0')
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
  const durationMs = secondsInMs('--duration', flags.duration);
  if (durationMs === 0) throw new UsageError('--duration must be more than 0 seconds');
  const intervalMs = secondsInMs('--interval', flags.interval);
  if (intervalMs < INTERVAL_MS_MIN) throw new UsageError('--interval must be at least 0.1 seconds');
  return {
    warmUpMs: secondsInMs('--warm-up', flags.warmUp),
    durationMs,
    drainMs: secondsInMs('--drain', flags.drain),
    intervalMs,
  };
}

const INTERVAL_MS_MIN = 100;
/** What a closed loop waits for. */
const WINDOWS = {
  pub: 'or as fast as it goes: so many of each publisher are not acknowledged',
  fan: 'or as fast as it goes: so many of each publisher are not acknowledged',
  pair: 'or as fast as it goes: so many of each pair are under way',
} as const;

import type { ClientOptions } from '@magpie/client';
import { type QoS, validateTopicFilter, validateTopicName } from '@magpie/protocol';
import { qosOf } from '../mqtt/connection-plan.js';
import { UsageError, wholeNumber } from '../mqtt/usage-error.js';
import type { DeviceGroup, LoadPlan, PacePlan, PublishPlan } from './load-plan.js';
import { STAMP_BYTES } from './stamp.js';

/** What is done: the subcommands of `magpie bench`. */
export type LoadMode = 'conn' | 'pub' | 'sub' | 'pair' | 'fan';

/** Flags that say what is sent to whom, as they were typed. */
export interface LoadFlags {
  readonly connections?: string;
  readonly publishers?: string;
  readonly subscribers?: string;
  readonly topic?: string;
  readonly qos?: string;
  readonly size?: string;
  readonly retain?: true;
  readonly rate?: string;
  readonly window?: string;
  readonly source?: readonly string[];
}

export interface LoadPlace {
  readonly server: URL;
  readonly options: ClientOptions;
  /** Marks the messages: from 1, below 2^20. */
  readonly run: number;
  /** Over which the connections are opened, in ms. */
  readonly rampMs: number;
}

/** The plan of a subcommand. @throws {UsageError} if a flag is none that can be done. */
export function planLoad(mode: LoadMode, flags: LoadFlags, place: LoadPlace): LoadPlan {
  const { server, options, run, rampMs } = place;
  const groups = groupsOf(mode, flags, run);
  const count = groups.reduce((sum, group) => sum + group.count, 0);
  // A function cannot go to another process: what `--insecure` means is said there anew.
  const { checkServerIdentity, ...tls } = options.tls ?? {};
  return {
    server: server.href,
    options: { ...options, tls },
    anyServerName: checkServerIdentity !== undefined,
    run: mode === 'sub' ? 0 : run,
    idPrefix: options.clientId ?? `bench-${run}-`,
    groups,
    sources: flags.source ?? [],
    seed: run,
    comesAndGoes: false,
    connectRate: rampMs === 0 ? 0 : (count * 1000) / rampMs,
  };
}

function groupsOf(mode: LoadMode, flags: LoadFlags, run: number): DeviceGroup[] {
  const qos = qosOf('--qos', flags.qos ?? '0');
  switch (mode) {
    case 'conn':
      return [groupOf('conn', countOf('--connections', flags.connections, 100))];
    case 'sub': {
      const filter = filterOf(flags.topic ?? '#');
      const count = countOf('--subscribers', flags.subscribers, 1);
      return [{ ...groupOf('sub', count), subscribe: [{ filter, qos }] }];
    }
    case 'pub': {
      const topic = topicOf(flags, run);
      const count = countOf('--publishers', flags.publishers, 1);
      const publish = publishOf(flags, topic, qos, { count, until: 'acknowledged' });
      return [{ ...groupOf('pub', count), publish: [publish] }];
    }
    case 'pair': {
      const topic = topicOf(flags, run);
      const count = countOf('--connections', flags.connections, 10);
      if (count > 1 && !topic.includes('{n}')) {
        throw new UsageError(
          `--topic must have {n} in it, the number of the pair: it is '${topic}'`,
        );
      }
      const publish = publishOf(flags, topic, qos, { count, until: 'arrived' });
      return [
        { ...groupOf('sub', count), subscribe: [{ filter: topic, qos }] },
        { ...groupOf('pub', count), publish: [publish] },
      ];
    }
    case 'fan':
    default: {
      const topic = topicOf(flags, run);
      const filter = filterOf(topic.replaceAll('{n}', '+'));
      const publishers = countOf('--publishers', flags.publishers, 1);
      const subscribers = countOf('--subscribers', flags.subscribers, 100);
      const pace = { count: publishers, until: 'acknowledged' as const };
      return [
        { ...groupOf('sub', subscribers), subscribe: [{ filter, qos }] },
        { ...groupOf('pub', publishers), publish: [publishOf(flags, topic, qos, pace)] },
      ];
    }
  }
}

function groupOf(name: string, count: number): DeviceGroup {
  return { name, count, publish: [], subscribe: [] };
}

function publishOf(
  flags: LoadFlags,
  topic: string,
  qos: QoS,
  { count, until }: { readonly count: number; readonly until: 'acknowledged' | 'arrived' },
): PublishPlan {
  const bytes = wholeNumber('--size', flags.size ?? '100', STAMP_BYTES, SIZE_MAX);
  return {
    topic,
    qos,
    retain: flags.retain === true,
    bytes,
    pace: paceOf(flags, count, until),
  };
}

function paceOf(flags: LoadFlags, count: number, until: 'acknowledged' | 'arrived'): PacePlan {
  if (flags.rate !== undefined && flags.window !== undefined) {
    throw new UsageError('--rate and --window exclude each other: give one of them');
  }
  if (flags.rate === undefined) {
    const window = wholeNumber('--window', flags.window ?? '1', 1, 65_534);
    return { kind: 'window', window, until };
  }
  const rate = Number(flags.rate);
  if (!(rate > 0 && rate <= RATE_MAX)) {
    throw new UsageError(
      `--rate must be more than 0 and at most ${RATE_MAX} messages/s: it is '${flags.rate}'`,
    );
  }
  return { kind: 'rate', everyUs: (count * 1e6) / rate };
}

function topicOf({ topic }: LoadFlags, run: number): string {
  const template = topic ?? `magpie-bench/${run}/{n}`;
  const problem = validateTopicName(template);
  if (problem !== undefined) {
    throw new UsageError(`--topic cannot be published to: ${problem}: '${template}'`);
  }
  return template;
}

function filterOf(filter: string): string {
  const problem = validateTopicFilter(filter);
  if (problem !== undefined) {
    throw new UsageError(`--topic cannot be subscribed to: ${problem}: '${filter}'`);
  }
  return filter;
}

function countOf(flag: string, text: string | undefined, otherwise: number): number {
  return wholeNumber(flag, text ?? String(otherwise), 1, 1_000_000);
}

const SIZE_MAX = 268_000_000;
const RATE_MAX = 10_000_000;

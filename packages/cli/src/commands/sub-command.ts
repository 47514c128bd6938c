import type { Client } from '@magpie/client';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { exitCodeOf, returnCodeOf, type Voice } from '../mqtt/client-session.js';
import { checkFilters } from '../mqtt/check-filters.js';
import { collect } from '../mqtt/collect.js';
import { addConnectionFlags, type ConnectionFlags } from '../mqtt/connection-flags.js';
import { planConnection, qosOf } from '../mqtt/connection-plan.js';
import type { Ending } from '../mqtt/ending.js';
import { allSinks, fileSink, lineSink, type MessageSink } from '../mqtt/message-sinks.js';
import { OutputFile } from '../mqtt/output-file.js';
import { addOutputFlags, lineOf } from '../mqtt/output-flags.js';
import { type SubPlan, subscribeAndShow } from '../mqtt/subscribing.js';
import { secondsInMs, UsageError, wholeNumber } from '../mqtt/usage-error.js';
import { addViewFlags, type ViewFlags, viewPlanOf } from '../mqtt/view-flags.js';
import type { SubView, SubViewParts } from '../views/sub-view.js';

interface SubFlags extends ConnectionFlags, ViewFlags {
  readonly topic?: readonly string[];
  readonly filterOut?: readonly string[];
  readonly unsubscribe?: readonly string[];
  readonly qos: string;
  readonly count?: string;
  readonly timeout?: string;
  /** `false` for `-R`. */
  readonly retained: boolean;
  readonly retainedOnly?: true;
  readonly removeRetained?: true;
  readonly randomFilter?: string;
}

/** `magpie sub`: subscribes and prints, with the flags of mosquitto_sub. */
export function subCommand(
  command: Command,
  context: CommandContext,
  finish: (code: ExitCode) => void,
): void {
  addConnectionFlags(command);
  command
    .description(
      'Subscribe to topics and print what comes, until Ctrl-C. The flags are those of '
        + 'mosquitto_sub.',
    )
    .option('-t, --topic <FILTER>', 'what to subscribe to; can be repeated', collect)
    .option('-T, --filter-out <FILTER>', 'topics not to show; can be repeated', collect)
    .option('-U, --unsubscribe <FILTER>', 'unsubscribe from it; can be repeated', collect)
    .option('-q, --qos <QOS>', 'highest QoS to receive', '0')
    .option('-C, --count <N>', 'end after so many messages')
    .option('-W, --timeout <SECONDS>', `end after so long, with exit code ${EXIT.timeout}`)
    .option('-E, --exit-after-subscribe', 'end when the server has granted the subscriptions')
    .option('-R, --no-retained', 'do not show retained messages')
    .option('--retained-only', 'show retained messages only, and end at the first other one')
    .option('--remove-retained', 'delete the retained messages that are received')
    .option('--random-filter <PERCENT>', 'show so many of the messages, by chance');
  addViewFlags(addOutputFlags(command))
    .addHelpText('after', EXAMPLES)
    .action(async (flags: SubFlags) => {
      const run = (voice: Voice) => subscribe(flags, context, voice);
      finish(await exitCodeOf(flags, context, run, returnCodeOf));
    });
}

async function subscribe(
  flags: SubFlags,
  context: CommandContext,
  voice: Voice,
): Promise<ExitCode> {
  const connection = await planConnection(flags, context.env);
  const { topic: topics = [], unsubscribe = [], exitAfterSubscribe } = flags;
  const filters = connection.topic === undefined ? topics : [connection.topic, ...topics];
  if (filters.length === 0 && unsubscribe.length === 0) {
    throw new UsageError('What to subscribe to? Give --topic');
  }
  checkFilters([...filters, ...unsubscribe, ...(flags.filterOut ?? [])]);
  const plan = { ...planOf(flags, filters), ...(await wantedOf(flags)) };
  const granted = async (client: Client) => {
    for (const filter of unsubscribe) await client.unsubscribe(filter);
    return exitAfterSubscribe === true ? EXIT.ok : undefined;
  };
  const lines = { line: await lineOf(flags), newline: flags.newline };
  const view = await viewOf(flags, { filters, context, voice });
  await using file = await fileOf(flags);
  const open = (ending: Ending): MessageSink => {
    if (file === undefined) return view?.open(ending) ?? lineSink(lines, context.write);
    const sink = fileSink(lines, file, ending);
    return view === undefined ? sink : allSinks([sink, view.open(ending)]);
  };
  // What only counts is fast, and a file takes many messages at a time.
  const unhurried = file !== undefined || view !== undefined;
  const hooks = { voice: view?.voice ?? voice, open, granted };
  try {
    return await subscribeAndShow(connection, { ...plan, unhurried }, context.signal, hooks);
  } catch (error) {
    await file?.discard();
    throw error;
  }
}

/** Loaded where it is asked for: whoever wants messages starts faster. */
async function viewOf(
  flags: SubFlags,
  parts: Omit<SubViewParts, 'plan' | 'line'> & { readonly context: CommandContext },
): Promise<SubView | undefined> {
  const plan = viewPlanOf(flags, parts.context.screen);
  if (plan === undefined) return undefined;
  const { SubView } = await import('../views/sub-view.js');
  // The topic stands beside the value; in a file it may stand before it.
  const { verbose: _verbose, ...values } = flags;
  return new SubView({ ...parts, plan, line: await lineOf(values) });
}

async function fileOf({ output, append, force }: SubFlags): Promise<OutputFile | undefined> {
  if (output === undefined) return undefined;
  return OutputFile.open(output, { append: append === true, overwrite: force === true });
}

async function wantedOf({ unique }: SubFlags): Promise<Pick<SubPlan, 'isWanted'>> {
  if (unique === undefined) return {};
  const { ChangedValues } = await import('../views/changed-values.js');
  const values = new ChangedValues();
  return { isWanted: ({ topic, payload }) => values.isChange(topic, payload) };
}

function planOf(flags: SubFlags, filters: readonly string[]): SubPlan {
  const { count, timeout, randomFilter, filterOut } = flags;
  return {
    filters,
    qos: qosOf('--qos', flags.qos),
    countMax: count === undefined ? Infinity : wholeNumber('--count', count, 1, 2 ** 31),
    timeoutMs: timeout === undefined ? undefined : secondsInMs('--timeout', timeout),
    hidden: filterOut ?? [],
    skipRetained: !flags.retained,
    retainedOnly: flags.retainedOnly === true,
    removeRetained: flags.removeRetained === true,
    share: randomFilter === undefined ? 1 : shareOf(randomFilter),
  };
}

function shareOf(text: string): number {
  const percent = Number(text);
  if (percent >= 0.1 && percent <= 100) return percent / 100;
  throw new UsageError(`--random-filter must be from 0.1 to 100 percent: it is '${text}'`);
}

const EXAMPLES = `
Examples:
  magpie sub -t 'home/#' -v
  magpie sub -L mqtts://me:secret@broker.example/plant/+/temperature -q 1 -F json
  magpie sub -t '#' -F '@H:@M:@S %t %p'
  magpie sub -t orders -q 1 -i worker-1 -c          messages wait while it is away
  magpie sub -t 'old/#' --remove-retained --retained-only -W 2
  magpie sub -t 'plant/#' --watch --sort rate
  magpie sub -t 'plant/#' --tree -W 10 > tree.txt
  magpie sub -t 'plant/+/state' --unique --output changes.log --rate`;

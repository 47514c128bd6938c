import type { AdminClient, NewTrace, TraceInfo } from '@magpie/broker/admin-client';
import { type Command, Option } from 'commander';
import { countOf } from '../count-of.js';
import { addApiFlags, type ApiFlags, askApi } from '../admin/ask-api.js';
import { timeSpanMs } from '../admin/time-span.js';
import type { CommandContext } from '../command-context.js';
import { languageOption } from '../language-option.js';
import { type Language, languageOf } from '../language.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { wholeNumber } from '../mqtt/usage-error.js';
import { safeJsonLine } from '../safe-log-line.js';
import { StationText } from '../trace/station-text.js';

interface TraceFlags extends ApiFlags {
  readonly topic?: string;
  readonly client?: string;
  readonly to?: string;
  readonly address?: string;
  readonly sample?: string;
  readonly for?: string;
  readonly count?: string;
  readonly subscribers?: string;
  readonly payload?: string;
  readonly format: 'text' | 'json';
  readonly lang?: Language;
}

/** `magpie trace`: follow messages through the broker, live. */
export function traceCommand(
  command: Command,
  context: CommandContext,
  finish: (code: ExitCode) => void,
): void {
  addApiFlags(command)
    .description('Follow messages through the broker, station by station, as they come')
    .option('-t, --topic <FILTER>', 'messages whose topic matches')
    .option('--client <CLIENT>', 'messages of this publisher')
    .option('--to <CLIENT>', 'messages that match a subscription of this client')
    .option('--address <ADDRESS>', 'messages from this address or network')
    .option('--sample <N>', 'one message in so many (default: every one)')
    .option('--for <TIME>', 'end after this time: 90s, 10m, 2h (default: 5m)')
    .option('--count <N>', 'end after so many messages (default: 1000)')
    .option('--subscribers <N>', 'subscribers of a message to tell one by one (default: 20)')
    .option('--payload <BYTES>', 'show so much of the payload (default: none)')
    .addOption(new Option('--format <FORMAT>', 'how').choices(['text', 'json']).default('text'))
    .addOption(languageOption())
    .addHelpText('after', EXAMPLES)
    .action(async (flags: TraceFlags) => {
      finish(
        await askApi(flags, context, async (admin, parting) => {
          const trace = await parting().startTrace(traceOf(flags)); // whose id is not to be lost
          try {
            return await show(admin, trace, flags, context);
          } finally {
            await parting()
              .removeTrace(trace.id)
              .catch(() => {}); // else it expires
          }
        }),
      );
    });
}

/** Prints what comes, until the trace or the command ends. */
async function show(
  admin: AdminClient,
  trace: TraceInfo,
  flags: TraceFlags,
  context: CommandContext,
): Promise<ExitCode> {
  const language = flags.lang ?? languageOf(context.env);
  const says = SAYS[language];
  const text = new StationText(language);
  if (flags.format === 'text') context.err(says.begins(trace));
  for await (const { event, data } of admin.traceEvents(trace.id)) {
    if (event === 'station') {
      const line = flags.format === 'text' ? text.line(data) : safeJsonLine(JSON.stringify(data));
      await context.print(`${line}\n`);
    } else if (event === 'missed') context.err(says.missed(data.count));
    else if (event === 'dropped') context.err(says.missed(data.slow + data.rate));
    else if (event === 'ended') {
      if (flags.format === 'text') context.err(says.ended[data.reason]);
      return data.reason === 'broker-closed' ? EXIT.failure : EXIT.ok;
    }
  }
  if (context.signal.aborted) return EXIT.ok;
  context.err(says.ended['broker-closed']);
  return EXIT.failure;
}

function traceOf(flags: TraceFlags): NewTrace {
  const { topic, client: clientid, to, address } = flags;
  return {
    ...(topic !== undefined && { topic }),
    ...(clientid !== undefined && { clientid }),
    ...(to !== undefined && { to }),
    ...(address !== undefined && { address }),
    ...(flags.sample !== undefined && {
      sample: wholeNumber('--sample', flags.sample, 0, NUMBER_MAX),
    }),
    ...(flags.for !== undefined && { duration_ms: timeSpanMs('--for', flags.for) }),
    ...(flags.count !== undefined && {
      messages_max: wholeNumber('--count', flags.count, 0, NUMBER_MAX),
    }),
    ...(flags.subscribers !== undefined && {
      subscribers_max: wholeNumber('--subscribers', flags.subscribers, 0, NUMBER_MAX),
    }),
    ...(flags.payload !== undefined && {
      payload_bytes: wholeNumber('--payload', flags.payload, 0, NUMBER_MAX),
    }),
  };
}

/** What is too much the broker says. */
const NUMBER_MAX = 999_999_999;

interface Says {
  readonly begins: (trace: TraceInfo) => string;
  readonly missed: (count: number) => string;
  readonly ended: Readonly<Record<NonNullable<TraceInfo['ended']>, string>>;
}

const SAYS: Readonly<Record<Language, Says>> = {
  en: {
    begins: ({ id, expires_at: at, messages_max: most }) =>
      `trace ${id} follows at most ${most} messages until ${at}; Ctrl+C ends it`,
    missed: (count) => `${countOf(count, 'station')} left out: too many came at once`,
    ended: {
      expired: 'the trace is over: its time is up',
      count: 'the trace is over: it has its messages',
      stopped: 'the trace is over: somebody has ended it',
      'broker-closed': 'the trace is over: the broker has gone',
    },
  },
  zh: {
    begins: ({ id, expires_at: at, messages_max: most }) =>
      `跟踪 ${id} 最多跟踪 ${most} 条消息，到 ${at} 为止；Ctrl+C 结束`,
    missed: (count) => `略过 ${count} 站：来得太快`,
    ended: {
      expired: '跟踪结束：时间已到',
      count: '跟踪结束：消息数已够',
      stopped: '跟踪结束：有人结束了它',
      'broker-closed': '跟踪结束：服务器已关闭',
    },
  },
};

const EXAMPLES = `
Examples:
  magpie trace --topic 'plant/#'
  magpie trace --client pump-7 --count 1 --payload 64
  magpie trace --to panel-1 --for 10m
  magpie trace --sample 1000 --for 1h --format json`;

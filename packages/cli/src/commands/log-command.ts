import type { AdminClient, PacketWatchInfo } from '@magpie/broker/admin-client';
import { type Command, Option } from 'commander';
import { addApiFlags, type ApiFlags, askApi } from '../admin/ask-api.js';
import { durationMs } from '../admin/time-span.js';
import { textTable } from '../admin/text-table.js';
import type { CommandContext } from '../command-context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { UsageError } from '../mqtt/usage-error.js';

interface LogFlags extends ApiFlags {
  readonly level?: (typeof LEVELS)[number];
  readonly client?: string;
  readonly address?: string;
  readonly for?: string;
  readonly remove?: true;
}

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** `magpie log`: what a broker logs, while it runs. */
export function logCommand(
  command: Command,
  context: CommandContext,
  finish: (code: ExitCode) => void,
): void {
  addApiFlags(command)
    .description(
      'Have a broker log from another level on, or log each packet of a client or an address for '
        + 'a while; without either, tell what it logs',
    )
    .addOption(new Option('--level <LEVEL>', 'log this and what is graver').choices(LEVELS))
    .option('--client <ID>', 'client identifier whose packets are logged')
    .option('--address <ADDRESS>', 'address whose packets are logged')
    .option('--for <TIME>', 'how long, such as 90s, 15m, 2h (default: 10m; at most 1d)')
    .option('--remove', 'log its packets no longer')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: LogFlags) => {
      const done = askApi(flags, context, async (admin) => {
        const subject = subjectOf(flags);
        if (flags.level === undefined && subject === undefined) {
          await context.print(await told(admin));
          return EXIT.ok;
        }
        const seconds = flags.for === undefined ? undefined : secondsOf(flags.for);
        if (flags.level !== undefined) await admin.setLogLevel(flags.level);
        if (subject === undefined) return EXIT.ok;
        if (flags.remove === true) await admin.unwatchPackets(subject);
        else await admin.watchPackets({ ...subject, ...(seconds !== undefined && { seconds }) });
        return EXIT.ok;
      });
      finish(await done);
    });
}

const EXAMPLES = `
Examples:
  magpie log
  magpie log --level debug
  magpie log --client pump-1 --for 15m
  magpie log --address 192.0.2.7 --remove`;

/** @throws {UsageError} if it names both, or says how to watch nobody. */
function subjectOf(flags: LogFlags): Pick<PacketWatchInfo, 'as' | 'who'> | undefined {
  const { client, address, for: time, remove } = flags;
  if (client !== undefined && address !== undefined) {
    throw new UsageError('Only one of --client and --address can be given');
  }
  if (client !== undefined) return { as: 'clientid', who: client };
  if (address !== undefined) return { as: 'peerhost', who: address };
  if (time !== undefined || remove === true) {
    throw new UsageError('Whose packets are meant? Give --client or --address');
  }
  return undefined;
}

/** Whole ones, as the broker takes them. */
function secondsOf(time: string): number {
  return Math.ceil(durationMs('--for', time) / 1000);
}

async function told(admin: AdminClient): Promise<string> {
  const [level, watches] = [await admin.logLevel(), await admin.watchedPackets()];
  const lines = [`level: ${level}`];
  if (watches.length > 0) {
    const rows = watches.map(({ as, who, until }) => [SUBJECTS[as], who, until]);
    lines.push('', ...textTable(['PACKETS OF', 'WHO', 'UNTIL'], rows));
  }
  return lines.map((line) => `${line}\n`).join('');
}

const SUBJECTS = { clientid: 'client', peerhost: 'address' } as const;

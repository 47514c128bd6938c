import type { BanInfo, NewBan } from '@magpie/broker/admin-client';
import type { Command } from 'commander';
import { addApiFlags, type ApiFlags, askApi } from '../admin/ask-api.js';
import { durationMs } from '../admin/time-span.js';
import { textTable } from '../admin/text-table.js';
import type { CommandContext } from '../command-context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { UsageError } from '../mqtt/usage-error.js';

interface BanFlags extends ApiFlags {
  readonly client?: string;
  readonly username?: string;
  readonly address?: string;
  readonly for?: string;
  readonly reason?: string;
  readonly remove?: true;
  readonly json?: true;
}

/** `magpie ban`: who may not connect. */
export function banCommand(
  command: Command,
  context: CommandContext,
  finish: (code: ExitCode) => void,
): void {
  addApiFlags(command)
    .description('Ban a client, a user or an address; without one of them, list the bans')
    .option('--client <ID>', 'client identifier')
    .option('-u, --username <NAME>', 'user name')
    .option('--address <ADDRESS>', 'address, or network such as 192.0.2.0/24')
    .option('--for <TIME>', 'how long, such as 90s, 15m, 2h, 7d (default: until it is removed)')
    .option('--reason <TEXT>', 'for whoever reads the list')
    .option('--remove', 'take the ban off instead')
    .option('--json', 'list a line of JSON for each')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: BanFlags) => {
      const done = askApi(flags, context, async (admin) => {
        const subject = subjectOf(flags);
        if (subject === undefined) {
          const bans: BanInfo[] = [];
          for await (const ban of admin.all((wanted) => admin.bans(wanted))) bans.push(ban);
          await context.print(listOf(bans, flags).join(''));
        } else if (flags.remove === true) await admin.unban(subject);
        else await admin.ban({ ...subject, ...termsOf(flags) });
        return EXIT.ok;
      });
      finish(await done);
    });
}

const EXAMPLES = `
Examples:
  magpie ban
  magpie ban --client pump-1 --for 15m --reason 'floods the broker'
  magpie ban --address 192.0.2.0/24
  magpie ban --client pump-1 --remove`;

/** @throws {UsageError} if it names several, or says how to ban nobody. */
function subjectOf(flags: BanFlags): Pick<NewBan, 'as' | 'who'> | undefined {
  const subjects = [
    { as: 'clientid', who: flags.client },
    { as: 'username', who: flags.username },
    { as: 'peerhost', who: flags.address },
  ] as const;
  const [first, second] = subjects.flatMap(({ as, who }) =>
    who === undefined ? [] : [{ as, who }],
  );
  if (second !== undefined) {
    throw new UsageError('Only one of --client, --username and --address can be given');
  }
  const { for: time, reason, remove } = flags;
  if (first === undefined && (time !== undefined || reason !== undefined || remove === true)) {
    throw new UsageError('Who is meant? Give --client, --username or --address');
  }
  return first;
}

function termsOf({ for: time, reason }: BanFlags): Pick<NewBan, 'until' | 'reason'> {
  return {
    ...(time !== undefined && {
      until: new Date(Date.now() + durationMs('--for', time)).toISOString(),
    }),
    ...(reason !== undefined && { reason }),
  };
}

function listOf(bans: readonly BanInfo[], { json }: BanFlags): string[] {
  if (json === true) return bans.map((ban) => `${JSON.stringify(ban)}\n`);
  const rows = bans.map(({ as, who, until, by, reason }) => [
    SUBJECTS[as],
    who,
    until ?? 'removed',
    by,
    reason ?? '',
  ]);
  return textTable(['WHAT', 'WHO', 'UNTIL', 'BY', 'REASON'], rows).map((line) => `${line}\n`);
}

const SUBJECTS = { clientid: 'client', username: 'user', peerhost: 'address' } as const;

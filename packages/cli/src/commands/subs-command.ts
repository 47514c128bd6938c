import type { AdminClient, SubscriptionsWanted } from '@magpie/broker/admin-client';
import type { Command } from 'commander';
import { addApiFlags, type ApiFlags, askApi } from '../admin/ask-api.js';
import { textTable } from '../admin/text-table.js';
import type { CommandContext } from '../command-context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { wholeNumber } from '../mqtt/usage-error.js';

interface SubsFlags extends ApiFlags {
  readonly match?: string;
  readonly filter?: string;
  readonly group?: string;
  readonly limit: string;
  readonly json?: true;
}

/** `magpie subs [CLIENT]`: what a client, or all of them, are subscribed to. */
export function subsCommand(
  command: Command,
  context: CommandContext,
  finish: (code: ExitCode) => void,
): void {
  addApiFlags(command)
    .description('List the subscriptions of a client, or of all clients')
    .argument('[CLIENT]', 'client identifier')
    .option('--match <TOPIC>', 'only filters that match this topic')
    .option('--filter <FILTER>', 'only this filter, as the client wrote it')
    .option('--group <NAME>', 'only those of this share group')
    .option('--limit <COUNT>', 'at most so many; 0: all', '1000')
    .option('--json', 'a line of JSON for each')
    .addHelpText('after', EXAMPLES)
    .action(async (clientId: string | undefined, flags: SubsFlags) => {
      finish(await askApi(flags, context, (admin) => list(clientId, flags, context, admin)));
    });
}

const EXAMPLES = `
Examples:
  magpie subs pump-1
  magpie subs --match plant/7/temperature
  magpie subs --limit 0 --json | jq -r .topic | sort | uniq -c`;

async function list(
  clientId: string | undefined,
  flags: SubsFlags,
  { print, err }: CommandContext,
  admin: AdminClient,
): Promise<ExitCode> {
  const max = wholeNumber('--limit', flags.limit, 0, 1_000_000_000) || Infinity;
  if (clientId !== undefined) await admin.client(clientId); // which says if there is none
  const wanted: SubscriptionsWanted = {
    clientid: clientId,
    topic: flags.filter,
    match_topic: flags.match,
    share_group: flags.group,
  };
  const columns = clientId === undefined ? ALL : ONE;
  let shown = 0;
  for (let page = 1; ; page++) {
    const limit = Math.min(PAGE_ROWS, max);
    const { data, meta } = await admin.allSubscriptions({ ...wanted, page, limit });
    const rows = data.slice(0, max - shown);
    const cells = rows.map((row) => columns.map(([, key]) => String(row[key])));
    const head = columns.map(([name]) => name);
    const lines =
      flags.json === true
        ? rows.map((row) => JSON.stringify(row))
        : textTable(head, cells).slice(page === 1 ? 0 : 1);
    if (lines.length > 0) await print(`${lines.join('\n')}\n`);
    shown += rows.length;
    if (shown < max && meta.hasnext) continue;
    if (shown < meta.count) err(`${shown} of ${meta.count} are shown: see --limit`);
    return EXIT.ok;
  }
}

const ONE = [
  ['FILTER', 'topic'],
  ['QOS', 'qos'],
] as const;
const ALL = [['CLIENT', 'clientid'], ...ONE] as const;
const PAGE_ROWS = 1000;

import type { AdminClient, ClientInfo, ClientsWanted } from '@magpie/broker/admin-client';
import { type Command, Option } from 'commander';
import { addApiFlags, type ApiFlags, askApi } from '../admin/ask-api.js';
import { textTable } from '../admin/text-table.js';
import type { CommandContext } from '../command-context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { wholeNumber } from '../mqtt/usage-error.js';

interface ClientsFlags extends ApiFlags {
  readonly like?: string;
  readonly username?: string;
  readonly address?: string;
  readonly state?: 'connected' | 'disconnected';
  readonly limit: string;
  readonly json?: true;
}

/** `magpie clients`: who is connected, or has a session that waits. */
export function clientsCommand(
  command: Command,
  context: CommandContext,
  finish: (code: ExitCode) => void,
): void {
  const state = new Option('--state <STATE>', 'only these').choices(['connected', 'disconnected']);
  addApiFlags(command)
    .description('List the clients of a broker: who is connected, or has a session that waits')
    .option('--like <TEXT>', 'only who has this in the client identifier')
    .option('-u, --username <NAME>', 'only who has logged in with this name')
    .option('--address <ADDRESS>', 'only who is connected from there')
    .addOption(state)
    .option('--limit <COUNT>', 'at most so many; 0: all', '100')
    .option('--json', 'a line of JSON for each')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: ClientsFlags) => {
      finish(await askApi(flags, context, (admin) => list(flags, context, admin)));
    });
}

const EXAMPLES = `
Examples:
  magpie clients
  magpie clients --like pump --state disconnected
  magpie clients --limit 0 --json | jq -r .clientid`;

async function list(
  flags: ClientsFlags,
  { print, err }: CommandContext,
  admin: AdminClient,
): Promise<ExitCode> {
  const max = wholeNumber('--limit', flags.limit, 0, 1_000_000_000) || Infinity;
  const filter: ClientsWanted = {
    like_clientid: flags.like,
    username: flags.username,
    ip_address: flags.address,
    conn_state: flags.state,
  };
  let shown = 0;
  for (let page = 1; ; page++) {
    const limit = Math.min(PAGE_ROWS, max);
    const { data, meta } = await admin.clients({ ...filter, page, limit });
    const rows = data.slice(0, max - shown);
    const lines =
      flags.json === true
        ? rows.map((row) => JSON.stringify(row))
        : textTable(HEAD, rows.map(rowOf), NUMBERS).slice(page === 1 ? 0 : 1);
    if (lines.length > 0) await print(`${lines.join('\n')}\n`);
    shown += rows.length;
    if (shown < max && meta.hasnext) continue;
    if (shown < meta.count) err(`${shown} of ${meta.count} are shown: see --limit`);
    return EXIT.ok;
  }
}

function rowOf(client: ClientInfo): string[] {
  return [
    client.clientid,
    client.username ?? '-',
    client.connected_at ?? 'away',
    client.address ?? '-',
    client.clean_start ? 'clean' : 'kept',
    String(client.subscriptions_cnt),
    String(client.mqueue_len),
    String(client.inflight_cnt),
  ];
}

const HEAD = ['CLIENT', 'USER', 'SINCE', 'ADDRESS', 'SESSION', 'SUBS', 'QUEUED', 'INFLIGHT'];
const NUMBERS: ReadonlySet<number> = new Set([5, 6, 7]);
const PAGE_ROWS = 1000;

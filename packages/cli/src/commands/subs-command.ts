import type { Command } from 'commander';
import { addApiFlags, type ApiFlags, askApi } from '../admin/ask-api.js';
import { textTable } from '../admin/text-table.js';
import type { CommandContext } from '../command-context.js';
import { EXIT, type ExitCode } from '../exit-code.js';

interface SubsFlags extends ApiFlags {
  readonly json?: true;
}

/** `magpie subs CLIENT`: what a client is subscribed to. */
export function subsCommand(
  command: Command,
  context: CommandContext,
  finish: (code: ExitCode) => void,
): void {
  addApiFlags(command)
    .description('List the subscriptions of a client')
    .argument('<CLIENT>', 'client identifier')
    .option('--json', 'a line of JSON for each')
    .addHelpText('after', EXAMPLES)
    .action(async (clientId: string, flags: SubsFlags) => {
      const list = askApi(flags, context, async (admin) => {
        const rows: string[][] = [];
        const all = admin.all((wanted) => admin.subscriptions(clientId, wanted));
        for await (const subscription of all) {
          if (flags.json === true) await context.print(`${JSON.stringify(subscription)}\n`);
          else rows.push([subscription.topic, String(subscription.qos)]);
        }
        if (flags.json !== true) await context.print(`${textTable(HEAD, rows).join('\n')}\n`);
        return EXIT.ok;
      });
      finish(await list);
    });
}

const EXAMPLES = `
Examples:
  magpie subs pump-1
  magpie subs pump-1 --json`;

const HEAD = ['FILTER', 'QOS'];

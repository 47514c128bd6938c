import type { Command } from 'commander';
import { addApiFlags, type ApiFlags, askApi } from '../admin/ask-api.js';
import type { CommandContext } from '../command-context.js';
import { EXIT, type ExitCode } from '../exit-code.js';

/** `magpie kick CLIENT`: ends the connection of a client. */
export function kickCommand(
  command: Command,
  context: CommandContext,
  finish: (code: ExitCode) => void,
): void {
  addApiFlags(command)
    .description(
      'End the connection of clients. Their sessions stay, and they may connect again: see '
        + 'magpie ban.',
    )
    .argument('<CLIENT...>', 'client identifiers')
    .addHelpText('after', EXAMPLES)
    .action(async (clientIds: readonly string[], flags: ApiFlags) => {
      const done = askApi(flags, context, async (admin) => {
        for (const clientId of clientIds) await admin.disconnect(clientId);
        return EXIT.ok;
      });
      finish(await done);
    });
}

const EXAMPLES = `
Examples:
  magpie kick pump-1
  magpie kick pump-1 pump-2 --api https://broker.example:18083 --token "$TOKEN"`;

import type { RetainedInfo } from '@magpie/broker/admin-client';
import type { Command } from 'commander';
import { addApiFlags, type ApiFlags, askApi } from '../admin/ask-api.js';
import { textTable } from '../admin/text-table.js';
import type { CommandContext } from '../command-context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { wholeNumber } from '../mqtt/usage-error.js';

interface RetainedFlags extends ApiFlags {
  readonly limit: string;
  readonly delete?: string;
  readonly json?: true;
}

/** `magpie retained`: which messages are retained. */
export function retainedCommand(
  command: Command,
  context: CommandContext,
  finish: (code: ExitCode) => void,
): void {
  addApiFlags(command)
    .description('List the retained messages of a broker, or delete one')
    .argument('[FILTER]', 'topics that are wanted', '#')
    .option('--limit <COUNT>', 'at most so many; 0: all', '100')
    .option('--delete <TOPIC>', 'delete the one of this topic instead')
    .option('--json', 'a line of JSON for each, its payload as base64')
    .addHelpText('after', EXAMPLES)
    .action(async (filter: string, flags: RetainedFlags) => {
      const { delete: topic } = flags;
      const done = askApi(flags, context, async (admin) => {
        if (topic !== undefined) {
          await admin.deleteRetained(topic);
          return EXIT.ok;
        }
        const max = wholeNumber('--limit', flags.limit, 0, 1_000_000_000) || Infinity;
        const rows: RetainedInfo[] = [];
        for await (const row of admin.all((wanted) => admin.retained({ ...wanted, filter }))) {
          if (flags.json === true) await context.print(`${JSON.stringify(row)}\n`);
          rows.push(row);
          if (rows.length >= max) break;
        }
        if (flags.json !== true) await context.print(`${tableOf(rows).join('\n')}\n`);
        return EXIT.ok;
      });
      finish(await done);
    });
}

const EXAMPLES = `
Examples:
  magpie retained
  magpie retained 'plant/7/#' --json
  magpie retained --delete plant/7/state`;

function tableOf(rows: readonly RetainedInfo[]): string[] {
  const cells = rows.map(({ topic, qos, payload_bytes, payload }) => {
    const text = Buffer.from(payload, 'base64').toString();
    const shown = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
    return [topic, String(qos), String(payload_bytes), shown];
  });
  return textTable(['TOPIC', 'QOS', 'BYTES', 'PAYLOAD'], cells, new Set([1, 2]));
}

const SHOWN_CHARACTERS = 60;

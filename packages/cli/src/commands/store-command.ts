import type { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import type { ExitCode } from '../exit-code.js';
import { storeBackupCommand } from './store-backup-command.js';
import { storeCheckCommand } from './store-check-command.js';
import { storeCompactCommand } from './store-compact-command.js';
import { storeExportCommand } from './store-export-command.js';
import { storeImportCommand } from './store-import-command.js';

/** `magpie store …`: tools for a data directory. */
export function storeCommand(
  command: Command,
  context: CommandContext,
  finish: (code: ExitCode) => void,
): void {
  command
    .description('Tools for a data directory of `magpie broker`')
    .addHelpText('after', EXAMPLES);
  for (const add of COMMANDS) add(command, context, finish);
}

const COMMANDS = [
  storeBackupCommand,
  storeCheckCommand,
  storeCompactCommand,
  storeExportCommand,
  storeImportCommand,
];

const EXAMPLES = `
Examples:
  magpie store backup data backups/monday              while the broker runs
  magpie store check backups/monday                    is it whole?
  magpie store export data > data.jsonl                as lines of JSON
  magpie store import data.jsonl --data-dir new-data   and back`;

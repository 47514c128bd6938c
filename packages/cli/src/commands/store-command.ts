import type { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import type { ExitCode } from '../exit-code.js';
import { storeBackupCommand } from './store-backup-command.js';
import { storeCompactCommand } from './store-compact-command.js';

/** `magpie store …`: tools for a data directory. */
export function storeCommand(
  command: Command,
  context: CommandContext,
  finish: (code: ExitCode) => void,
): void {
  command.description('Tools for a data directory of `magpie broker`');
  for (const add of [storeBackupCommand, storeCompactCommand]) add(command, context, finish);
}

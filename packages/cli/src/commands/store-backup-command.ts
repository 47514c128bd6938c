import { backupStore } from '@magpie/broker/server';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { bytesInWords, runStoreTool } from './store-tool.js';

/** `magpie store backup DIR TARGET`: copies a store, also while a broker uses it. */
export function storeBackupCommand(
  store: Command,
  context: CommandContext,
  finish: (code: ExitCode) => void,
): void {
  store
    .command('backup')
    .summary('Copy a data directory, also while a broker uses it')
    .description(
      'Copy a data directory to a new one. A broker that uses it may go on: the copy is one state, '
        + 'with all that was acknowledged before. `magpie broker --data-dir TARGET` opens it as it '
        + 'is. The running broker makes the copy, so it must be able to write at TARGET.',
    )
    .argument('<DIR>', 'the data directory')
    .argument('<TARGET>', 'the new directory: not there yet, or empty')
    .addHelpText('after', '\nExamples:\n  magpie store backup data backups/monday')
    .action(async (directory: string, target: string) => {
      finish(await runStoreTool(context, () => runBackup(directory, target, context)));
    });
}

async function runBackup(
  directory: string,
  target: string,
  { out, signal }: CommandContext,
): Promise<ExitCode> {
  const { records, bytes } = await backupStore(directory, target, signal);
  out(`${target} holds ${records.toLocaleString('en-US')} records, ${bytesInWords(bytes)}`);
  return EXIT.ok;
}

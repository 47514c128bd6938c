import { compactStore } from '@magpie/broker/server';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { ProgressReport } from './progress-report.js';
import { bytesInWords, runStoreTool } from './store-tool.js';

/** `magpie store compact DIR`: makes the file of a store small. */
export function storeCompactCommand(
  store: Command,
  context: CommandContext,
  finish: (code: ExitCode) => void,
): void {
  store
    .command('compact')
    .summary('Give the free space of a data directory back to the disk')
    .description(
      'Give the free space of a data directory back to the disk. No broker may use it meanwhile: a '
        + 'running one does this by itself. The disk needs room for a copy of what is in use.',
    )
    .argument('<DIR>', 'the data directory')
    .addHelpText('after', '\nExamples:\n  magpie store compact data')
    .action(async (directory: string) => {
      finish(await runStoreTool(context, () => runCompact(directory, context)));
    });
}

async function runCompact(directory: string, { out, openBar }: CommandContext): Promise<ExitCode> {
  const { beforeBytes, afterBytes } = await ProgressReport.during(
    await openBar(),
    'Copying',
    (onProgress) => compactStore(directory, onProgress),
  );
  out(`${directory} has ${bytesInWords(afterBytes)} instead of ${bytesInWords(beforeBytes)}`);
  return EXIT.ok;
}

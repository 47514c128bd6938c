import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { importStore } from '@magpie/broker/server';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { ProgressReport, type Progress } from './progress-report.js';
import { runStoreTool } from './store-tool.js';

/** `magpie store import FILE --data-dir DIR`: makes a store of what was exported. */
export function storeImportCommand(
  store: Command,
  context: CommandContext,
  finish: (code: ExitCode) => void,
): void {
  store
    .command('import')
    .summary('Make a data directory of what `magpie store export` has written')
    .description(
      'Make a data directory of what `magpie store export` has written. Every line is checked: all '
        + 'of it becomes a store, or nothing.',
    )
    .argument('<FILE>', 'the export')
    .requiredOption('--data-dir <DIR>', 'the new data directory: not there yet, or empty')
    .addHelpText('after', '\nExamples:\n  magpie store import data.jsonl --data-dir new-data')
    .action(async (file: string, { dataDir }: { dataDir: string }) => {
      finish(await runStoreTool(context, () => runImport(file, dataDir, context)));
    });
}

async function runImport(
  file: string,
  directory: string,
  { out, signal, openBar }: CommandContext,
): Promise<ExitCode> {
  const imported = ProgressReport.during(await openBar(), 'Reading', (onProgress) =>
    importStore(chunksOf(file, onProgress), directory, signal),
  );
  const lines = await imported.catch((error: unknown) => {
    if (!(error instanceof Error) || error.constructor !== Error) throw error;
    throw new Error(`Cannot import ${file}: ${error.message}`, { cause: error });
  });
  out(`${directory} holds what ${lines.toLocaleString('en-US')} lines of ${file} say`);
  return EXIT.ok;
}

async function* chunksOf(
  file: string,
  onProgress: (progress: Progress) => void,
): AsyncGenerator<Buffer> {
  const { size } = await stat(file);
  let done = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    done += chunk.length;
    onProgress({ what: 'bytes', done, total: Math.max(size, done) });
    yield chunk;
  }
}

import { type FileHandle, open, rm } from 'node:fs/promises';
import { exportStore, type Finding, findingInWords } from '@magpie/broker/server';
import type { Command } from 'commander';
import type { CommandContext, ProgressBar } from '../command-context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { ProgressReport } from './progress-report.js';
import { runStoreTool } from './store-tool.js';

interface Flags {
  readonly out?: string;
  readonly salvage?: boolean;
}

/** `magpie store export DIR`: writes a store as JSON lines. */
export function storeExportCommand(
  store: Command,
  context: CommandContext,
  finish: (code: ExitCode) => void,
): void {
  store
    .command('export')
    .summary('Write a data directory, or a backup, as JSON lines')
    .description(
      'Write a data directory, or a backup, as JSON lines: sessions with their subscriptions and '
        + 'messages, retained messages and wills. No broker may use it meanwhile. Nothing is '
        + 'changed. `magpie store import` reads it.',
    )
    .argument('<DIR>', 'the data directory')
    .option('--out <FILE>', 'write to this file, which must not be there yet, instead of stdout')
    .option('--salvage', 'go around what is damaged, and list it on stderr')
    .addHelpText('after', EXAMPLES)
    .action(async (directory: string, flags: Flags) => {
      finish(await runStoreTool(context, () => runExport(directory, flags, context)));
    });
}

const EXAMPLES = `
Examples:
  magpie store export data > data.jsonl
  magpie store export backups/monday --out monday.jsonl
  magpie store export data --salvage --out saved.jsonl`;

async function runExport(
  directory: string,
  { out, salvage = false }: Flags,
  context: CommandContext,
): Promise<ExitCode> {
  const { err, signal } = context;
  let findings = 0;
  const onFinding = (finding: Finding) => {
    findings++;
    err(findingInWords(finding));
  };
  const exporting = async (write: (text: string) => Promise<void>, bar?: ProgressBar) =>
    ProgressReport.during(bar, 'Reading', (onProgress) =>
      exportStore(directory, write, {
        signal,
        onFinding: salvage ? onFinding : undefined,
        onProgress,
      }),
    );
  // A bar would stand between the lines.
  if (out === undefined) await exporting(context.print);
  else {
    const bar = await context.openBar();
    const lines = await withNewFile(out, (file) => exporting((text) => file.writeFile(text), bar));
    context.out(`${out} has ${lines.toLocaleString('en-US')} lines`);
  }
  if (findings > 0) err(`${findings} damages: what hangs on them is not in the export`);
  return EXIT.ok;
}

/** Writes a file that was not there; if that fails it is not there afterwards. */
async function withNewFile<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, 'wx', 0o600).catch((error: unknown) => {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'EEXIST' ? 'it is there already' : message;
    throw new Error(`Cannot write ${path}: ${why}`, { cause: error });
  });
  try {
    const result = await use(file);
    await file.sync();
    return result;
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

import { checkStore, findingInWords, type StoreReport } from '@magpie/broker/server';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { ProgressReport } from './progress-report.js';
import { runStoreTool } from './store-tool.js';

/** `magpie store check DIR`: says what a store holds, and what of it is damaged. */
export function storeCheckCommand(
  store: Command,
  context: CommandContext,
  finish: (code: ExitCode) => void,
): void {
  store
    .command('check')
    .summary('Look at every page and record of a data directory')
    .description(
      'Look at every page and record of a data directory, or of a backup, and say what it holds '
        + 'and what is damaged. No broker may use it meanwhile. Nothing is changed. The exit code '
        + 'is 0 if all is sound, 1 if something is damaged or the check cannot be made, 2 for '
        + 'wrong usage.',
    )
    .argument('<DIR>', 'the data directory')
    .option('--json', 'say it as one JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  magpie store check data\n  magpie store check data --json',
    )
    .action(async (directory: string, { json = false }: { json?: boolean }) => {
      finish(await runStoreTool(context, () => runCheck(directory, json, context)));
    });
}

async function runCheck(
  directory: string,
  json: boolean,
  { out, err, signal, openBar }: CommandContext,
): Promise<ExitCode> {
  const report = await ProgressReport.during(await openBar(), 'Checking', (onProgress) =>
    checkStore(directory, signal, onProgress),
  );
  const sound = report.damages === 0;
  if (json) out(JSON.stringify({ sound, ...report }));
  else {
    for (const line of inWords(report)) out(line);
    for (const finding of report.damage) err(findingInWords(finding));
    if (report.damages > report.damage.length) {
      err(`and ${report.damages - report.damage.length} more`);
    }
    if (!sound) err(remedy(directory));
  }
  return sound ? EXIT.ok : EXIT.failure;
}

/** One line for each kind of thing, its number first. */
function inWords(report: StoreReport): string[] {
  const { pages } = report;
  const state = report.damages === 0 ? 'sound' : `damaged in ${report.damages} places`;
  const counts: [number: number, what: string][] = [
    [report.sessions, 'sessions'],
    [report.subscriptions, 'subscriptions'],
    [report.messages, 'messages that somebody is still to get'],
    [report.deliveries, 'of them queued or in flight, counted for each session'],
    [report.released, 'QoS 2 messages to clients that wait for their PUBCOMP'],
    [report.received, 'QoS 2 messages from clients that wait for their PUBREL'],
    [report.replays, 'subscriptions that are still to get retained messages'],
    [report.retained, 'retained messages'],
    [report.wills, 'wills of connected clients'],
    [report.messageBytes, 'bytes of topics and payloads'],
    [pages.fileBytes, 'bytes of data.mdb'],
    [(pages.free + pages.lost) * pages.pageBytes, 'of them free'],
  ];
  const shown = counts.map(([number, what]) => [number.toLocaleString('en-US'), what] as const);
  const width = Math.max(...shown.map(([number]) => number.length));
  return [
    `${report.path}: ${state}, format ${report.format ?? 'unknown'}`,
    ...shown.map(([number, what]) => `  ${number.padStart(width)} ${what}`),
  ];
}

/** What to do about damage. */
function remedy(directory: string): string {
  return (
    `Put a backup in its place. If there is none: "magpie store export ${directory} --salvage `
    + `--out FILE" saves what can be read, "magpie store import FILE --data-dir NEW" makes a store `
    + 'of it'
  );
}

import { readFileSync, writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { markdownReport, replaceResults } from './report/markdown-report.js';
import type { BrokerReport } from './report/summary.js';
import { conforms, tally } from './report/summary.js';
import { textReport } from './report/text-report.js';
import { readVerdicts } from './report/verdicts.js';
import type { BrokerOption, Options } from './options.js';
import { readOptions, USAGE } from './options.js';
import { CLAUSES_URL, clausesText, readClauses, withTests } from './suite/clauses.js';
import { runTests } from './suite/runner.js';
import type { Entry } from './suite/suite.js';
import { CHAPTERS, selectTests } from './suite/suite.js';
import { openTransport } from './wire/transport.js';

const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

/** What the command may touch; tests pass arrays. */
export interface CommandContext {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** Runs the command with these arguments and returns its exit code. */
export async function runCommand(args: readonly string[], io: CommandContext): Promise<number> {
  let options: Options;
  try {
    options = readOptions(args);
  } catch (error) {
    io.err(`${messageOf(error)}\nSee --help`);
    return EXIT.usage;
  }
  if (options.task === 'help') return print(io, USAGE);
  if (options.task === 'update-clauses') {
    writeFileSync(CLAUSES_URL, clausesText(withTests(readClauses(), CHAPTERS)));
    return EXIT.ok;
  }
  const entries = selectTests(options.only);
  if (entries.length === 0) {
    io.err(`No test has to do with ${options.only.join(', ')}\nSee --list`);
    return EXIT.usage;
  }
  if (options.task === 'list') return print(io, listOf(entries));
  try {
    return await report(options, entries, io);
  } catch (error) {
    io.err(messageOf(error));
    return EXIT.failed;
  }
}

async function report(options: Options, entries: Entry[], io: CommandContext): Promise<number> {
  const reports: BrokerReport[] = [];
  for (const broker of options.brokers) reports.push(await tryBroker(broker, options, entries));
  if (options.format === 'text') io.out(reports.map(textReport).join('\n\n'));
  if (options.format === 'json') io.out(JSON.stringify(reports, undefined, 2));
  if (options.format === 'markdown') {
    const markdown = markdownReport(reports, CHAPTERS, readVerdicts());
    if (options.into === undefined) io.out(markdown);
    else writeFileSync(options.into, replaceResults(readFileSync(options.into, 'utf8'), markdown));
  }
  const good = reports.every(({ results }) => conforms(tally(results), options.strict));
  return good ? EXIT.ok : EXIT.failed;
}

async function tryBroker(
  { name, url, wsUrl }: BrokerOption,
  { timeoutMs, concurrency }: Options,
  entries: Entry[],
): Promise<BrokerReport> {
  for (const address of [url, wsUrl]) {
    // Not reaching it at all is one message, and not one for each test.
    if (address !== undefined) (await openTransport(address, timeoutMs)).destroy();
  }
  const startMs = performance.now();
  const results = await runTests(entries, { url, wsUrl, timeoutMs }, { concurrency });
  const shown = new URL(url);
  shown.password = '';
  return { name, url: shown.href, durationMs: Math.round(performance.now() - startMs), results };
}

function listOf(entries: readonly Entry[]): string {
  return entries
    .map(({ chapter, test }) => `${chapter.name}: ${test.name} [${test.level ?? 'must'}]`)
    .join('\n');
}

function print(io: CommandContext, text: string): number {
  io.out(text);
  return EXIT.ok;
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `${error.message}${cause}`;
}

import type { TestResult } from '../suite/runner.js';
import type { BrokerReport, Tally } from './summary.js';
import { byChapter, tally } from './summary.js';

const COLUMNS = ['tests', 'passed', 'must', 'should', 'extension', 'skipped'] as const;
const NAME_WIDTH = 18;

/** The report for a person at a terminal: a table of the chapters, then what failed and why. */
export function textReport(report: BrokerReport): string {
  const { name, url, durationMs, results } = report;
  const failed = results.filter(({ outcome }) => outcome === 'failed');
  const lines = [
    `${name} at ${url}: ${results.length} tests in ${(durationMs / 1000).toFixed(1)} s`,
    '',
    row('chapter', COLUMNS),
    ...[...byChapter(results)].map(([chapter, list]) => row(chapter, cells(tally(list)))),
    row('all', cells(tally(results))),
    '',
    'must, should, extension: tests failed of each level',
    ...failed.flatMap(failure),
  ];
  return lines.join('\n');
}

function failure({ chapter, name, level, clauses, why }: TestResult): string[] {
  const numbers = clauses.length === 0 ? '' : ` (${clauses.join(', ')})`;
  return ['', `FAILED ${level}: ${chapter}: ${name}${numbers}`, `  ${oneLine(why)}`];
}

function cells({ total, passed, failed, skipped }: Tally): string[] {
  const numbers = [total, passed, failed.must, failed.should, failed.extension, skipped];
  return numbers.map((number, n) => (n > 1 && number === 0 ? '·' : `${number}`));
}

function row(name: string, values: readonly string[]): string {
  const right = values.map((value, n) => value.padStart((COLUMNS[n]?.length ?? 0) + 2));
  return `${name.padEnd(NAME_WIDTH)}${right.join('')}`.trimEnd();
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

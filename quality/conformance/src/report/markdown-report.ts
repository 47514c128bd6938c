import type { Chapter } from '../suite/chapter.js';
import type { TestResult } from '../suite/runner.js';
import type { BrokerReport } from './summary.js';
import { byChapter, tally } from './summary.js';
import type { Verdicts } from './verdicts.js';

const BEGIN = '<!-- results: written by `npm run conformance -- --into`, not by hand -->';
const END = '<!-- end of results -->';

/** The part of docs/conformance.md that shows how brokers did, and what they failed. */
export function markdownReport(
  reports: readonly BrokerReport[],
  chapters: readonly Chapter[],
  verdicts: Verdicts,
): string {
  const tables = reports.map(({ results }) => byChapter(results));
  const rows = chapters.map(({ name, title, tests }) => {
    const cells = tables.map((table) => cell(table.get(name) ?? []));
    return [title, `\`${name}\``, `${tests.length}`, ...cells];
  });
  const total = chapters.reduce((sum, { tests }) => sum + tests.length, 0);
  const all = ['**all**', '', `${total}`, ...reports.map(({ results }) => cell(results))];
  return [
    BEGIN,
    '',
    ...table(['chapter', 'name', 'tests', ...reports.map(({ name }) => name)], [...rows, all]),
    '',
    ...reports.flatMap((report) => failures(report, verdicts)),
    END,
  ].join('\n');
}

/**
 * The page with the results between its marks replaced.
 *
 * @throws {RangeError} if the page has no marks.
 */
export function replaceResults(page: string, results: string): string {
  const [start, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (start < 0 || end < start) {
    throw new RangeError(`The page must hold the lines ${BEGIN} and ${END}: it does not`);
  }
  return page.slice(0, start) + results + page.slice(end + END.length);
}

function cell(results: readonly TestResult[]): string {
  const { total, passed, skipped, failed } = tally(results);
  if (total === 0) return '–';
  const notes = [
    ...(failed.must > 0 ? [`${failed.must} failed`] : []),
    ...(failed.should > 0 ? [`${failed.should} recommended failed`] : []),
    ...(failed.extension > 0 ? [`${failed.extension} of the extension failed`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ];
  return notes.length === 0 ? `${passed}` : `${passed}, ${notes.join(', ')}`;
}

function failures({ name, results }: BrokerReport, verdicts: Verdicts): string[] {
  const failed = results.filter(({ outcome }) => outcome === 'failed');
  if (failed.length === 0) return [`### ${name} passes all tests it was given`, ''];
  const rows = failed.map((result) => {
    const verdict = verdicts[name]?.[result.name];
    return [
      result.name,
      result.clauses.join(', ') || '–',
      result.level,
      verdict?.wrong ?? '?',
      verdict?.why ?? 'Not yet explained',
    ];
  });
  return [
    `### What ${name} fails`,
    '',
    ...table(['test', 'statements', 'level', 'who is wrong', 'why'], rows),
    '',
  ];
}

/** A table in columns of equal width, as the formatter of the repository has it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const cells = [head, ...rows].map((row) => row.map((text) => text.replaceAll('|', '\\|')));
  const widths = head.map((_, n) => Math.max(3, ...cells.map((row) => row[n]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, n) => (row[n] ?? '').padEnd(width)).join(' | ')} |`;
  const rule = widths.map((width) => '-'.repeat(width));
  const [first = [], ...others] = cells;
  return [first, rule, ...others].map(line);
}

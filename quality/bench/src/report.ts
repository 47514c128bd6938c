import type { FigureName, Summary } from './measurement.js';
import type { Scenario } from './scenarios.js';
import { checkTarget, TARGETS } from './targets.js';
import type { Target, Verdict } from './targets.js';
import { markdownTable, textTable } from './text-table.js';

/** What the report has to know of a scenario. */
export type Reported = Pick<Scenario, 'name' | 'title' | 'shows' | 'durable'>;

/**
 * Title, a row for each broker, a line for each target, and what went wrong; `runs` are runs asked
 * for.
 */
export function scenarioReport(
  scenario: Reported,
  summaries: readonly Summary[],
  runs: number,
): string[] {
  const own = summaries.filter(({ scenario: name }) => name === scenario.name);
  const columns = columnsOf(scenario);
  const head = ['', ...columns.map(({ head }) => head), 'runs', 'spread'];
  const rows = own.map((summary) => [
    summary.broker,
    ...columns.map((column) => cell(column, summary)),
    `${summary.runs}/${runs}`,
    summary.runs > 1 ? percent(summary.cpuSpread) : '–',
  ]);
  const verdicts = TARGETS.filter((target) => target.scenario === scenario.name)
    .map((target) => checkTarget(target, summaries))
    .filter(({ value }) => value !== undefined);
  return [
    scenario.title,
    ...textTable([head, ...rows]).map((line) => `  ${line}`),
    ...verdicts.map((verdict) => `  ${verdictLine(verdict)}`),
    ...own.filter((summary) => showsGenerator(scenario, summary)).map(generatorLine),
    ...own.flatMap(({ broker, failures }) =>
      failures.map((failure) => `  A run of ${broker} does not count: ${failure}`),
    ),
  ];
}

/**
 * All scenarios in one Markdown table: the figure of each broker, and each target beside what was
 * reached. It is what docs/benchmarks.md holds.
 */
export function summaryTable(
  scenarios: readonly Reported[],
  summaries: readonly Summary[],
  brokers: readonly string[],
): string[] {
  const rows = scenarios.flatMap((scenario) =>
    figuresToShow(scenario).map((figure) => {
      const column = COLUMNS[figure];
      const verdicts = TARGETS.filter(
        (target) => target.scenario === scenario.name && target.figure === figure,
      ).map((target) => checkTarget(target, summaries));
      return [
        `${scenario.title}: ${column.unit}`,
        ...brokers.map((broker) => cell(column, find(summaries, scenario.name, broker))),
        verdicts.map((verdict) => ratioText(verdict)).join('; ') || '–',
        verdicts.map(({ target }) => targetText(target)).join('; ') || '–',
        verdicts.map(({ met }) => metText(met)).join('; ') || '–',
      ];
    }),
  );
  return markdownTable([['', ...brokers, 'Magpie’s', 'target', 'met'], ...rows]);
}

interface Column {
  readonly figure: FigureName;
  /** Over the column of a scenario's table. */
  readonly head: string;
  /** In the row of the summary. */
  readonly unit: string;
  readonly show: (value: number) => string;
}

const COLUMNS = {
  messagesPerS: column('messagesPerS', 'messages/s', 'messages/s', thousands),
  cpuUs: column('cpuUs', 'CPU µs/delivery', 'CPU µs a delivery', significant),
  generatorCpuUs: column('generatorCpuUs', 'generator µs', 'generator’s CPU µs', significant),
  waited: column('waited', 'waited', 'share waited', percent),
  residentBytes: column('residentBytes', 'KiB each', 'resident KiB each', kib),
  elapsedS: column('elapsedS', 's', 's', significant),
  ownBytes: column('ownBytes', 'MiB of its own', 'most MiB of its own', mib),
  p50Us: column('p50Us', 'p50 µs', 'p50 µs', thousands),
  p99Us: column('p99Us', 'p99 µs', 'p99 µs', thousands),
  p999Us: column('p999Us', 'p99.9 µs', 'p99.9 µs', thousands),
} satisfies Record<FigureName, Column>;

function column(
  figure: FigureName,
  head: string,
  unit: string,
  show: (value: number) => string,
): Column {
  return { figure, head, unit, show };
}

function columnsOf(scenario: Reported): Column[] {
  const { messagesPerS, cpuUs, generatorCpuUs, waited } = COLUMNS;
  const { residentBytes, elapsedS, ownBytes, p50Us, p99Us, p999Us } = COLUMNS;
  if (scenario.shows === 'recovery') return [elapsedS, cpuUs, ownBytes];
  const columns = [messagesPerS, cpuUs, generatorCpuUs, waited];
  if (scenario.shows === 'own-memory') columns.push(ownBytes);
  if (scenario.shows === 'memory') columns.push(residentBytes);
  if (scenario.shows === 'latency') columns.push(p50Us, p99Us, p999Us);
  return columns;
}

function figuresToShow(scenario: Reported): FigureName[] {
  if (scenario.shows === 'memory') return ['residentBytes', 'cpuUs'];
  if (scenario.shows === 'latency') return ['p50Us', 'p99Us', 'p999Us', 'cpuUs'];
  if (scenario.shows === 'own-memory') return ['ownBytes', 'messagesPerS'];
  if (scenario.shows === 'recovery') return ['elapsedS', 'ownBytes', 'cpuUs'];
  if (scenario.durable !== undefined || scenario.shows === 'throughput') {
    return ['messagesPerS', 'cpuUs'];
  }
  return ['cpuUs'];
}

/** Whether what is shown as the broker's is what the load generator can do. */
function showsGenerator({ shows }: Reported, { medians }: Summary): boolean {
  return shows === 'throughput' && medians !== undefined && medians.generatorCpuUs > medians.cpuUs;
}

function generatorLine({ broker }: Summary): string {
  return `  messages/s of ${broker} are the load generator’s, which takes more CPU: compare CPU µs`;
}

function find(
  summaries: readonly Summary[],
  scenario: string,
  broker: string,
): Summary | undefined {
  return summaries.find((summary) => summary.scenario === scenario && summary.broker === broker);
}

function cell({ figure, show }: Column, summary: Summary | undefined): string {
  const value = summary?.medians?.[figure];
  return value === undefined ? '–' : show(value);
}

function verdictLine({ target, value, met, pairs }: Verdict): string {
  const { unit, show } = COLUMNS[target.figure];
  const versus = target.versus === undefined ? '' : `, magpie / ${nameOf(target.versus)}`;
  const what = `${unit}${versus}${pairsText(pairs)}`;
  const shown =
    value === undefined ? '–' : target.versus === undefined ? show(value) : significant(value);
  return `${what}: ${shown} (target ${targetText(target)}): ${metText(met)}`;
}

function ratioText({ target, value, pairs }: Verdict): string {
  if (value === undefined) return '–';
  if (target.versus === undefined) return COLUMNS[target.figure].show(value);
  return `${significant(value)} of ${nameOf(target.versus)}${pairsText(pairs)}`;
}

function pairsText(pairs: number | undefined): string {
  return pairs === undefined ? '' : `, median of ${pairs} pairs of runs`;
}

function nameOf(versus: NonNullable<Target['versus']>): string {
  return typeof versus === 'string' ? versus : versus.scenario;
}

function targetText({ figure, versus, atMost, atLeast }: Target): string {
  const show = versus === undefined ? COLUMNS[figure].show : significant;
  return atMost === undefined ? `≥ ${show(atLeast ?? 0)}` : `≤ ${show(atMost)}`;
}

function metText(met: boolean | undefined): string {
  if (met === undefined) return '–';
  return met ? 'yes' : 'no';
}

function thousands(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function percent(value: number): string {
  return `${Math.round(value * 100)} %`;
}

function mib(value: number): string {
  return significant(value / 1024 / 1024);
}

function kib(value: number): string {
  return significant(value / 1024);
}

/** Three significant digits, whole numbers from 100 on. */
function significant(value: number): string {
  return value >= 100 ? thousands(value) : String(Number(value.toPrecision(3)));
}

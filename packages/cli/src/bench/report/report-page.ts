import type { Language } from '../../language.js';
import { type Counts, LATENCY_NAMES } from '../figures.js';
import type { LoadPlan } from '../load-plan.js';
import type { LoadResult, Remark } from '../load-result.js';
import type { LoadTiming } from '../load-run.js';
import { grouped, milliseconds } from '../result-lines.js';
import type { Environment } from './environment.js';
import { html, Markup } from './markup.js';
import { mainLatency, reportPlots } from './report-plots.js';
import { REPORT_STYLE } from './report-style.js';
import { remarkText, type ReportWord, reportWords, type Say } from './report-words.js';
import { type Row, settingRows } from './settings.js';

export interface ReportAbout {
  readonly plan: LoadPlan;
  readonly timing: LoadTiming;
  readonly environment: Environment;
  readonly language: Language;
}

/**
 * A result as one HTML page that needs nothing else: no script, no network. Its figures are also in
 * it as JSON, but for the intervals, which the plots show.
 */
export function reportPage(result: LoadResult, about: ReportAbout): string {
  const { plan, timing, environment, language } = about;
  const say = reportWords(language);
  const title = `magpie bench ${result.name}`;
  const settings: Row[] = [
    [say('server'), result.server],
    [say('rateWanted'), rateText(result, say)],
    ...settingRows(plan, timing, result.workers, say),
  ];
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title} – ${result.server}</title>
<style>${new Markup(REPORT_STYLE)}</style>
</head>
<body>
<main>
<header><h1>${title}</h1><p>${headline(result, say)}</p></header>
${verdict(result, language, say)}
${keyFigures(result, say)}
${reportPlots(result, say)}
${countTable(result, say)}
${latencyTable(result, say)}
${rowTable(say('settings'), settings)}
${rowTable(say('environment'), environmentRows(environment, say))}
</main>
<script type="application/json" id="result">${jsonOf(result)}</script>
</body>
</html>
`.text;
}

function headline({ server, startedAt, measuredS, interrupted }: LoadResult, say: Say): string {
  const when = `${startedAt.slice(0, 19).replace('T', ' ')} UTC`;
  const parts = [server, when, `${say('measured')} ${measuredS.toFixed(1)} s`];
  return [...parts, ...(interrupted ? [say('interrupted')] : [])].join(' · ');
}

function verdict({ remarks }: LoadResult, language: Language, say: Say): Markup {
  if (remarks.length === 0) return html`<div class="verdict good">✓ ${say('good')}</div>`;
  const item = (remark: Remark) => {
    const mark = remark.bottleneck ? html`<b>${say('bottleneck')}:</b> ` : '';
    return html`<li>${mark}${remarkText(remark, language)}</li>`;
  };
  return html`<div class="verdict warn">! ${say('notGood')}<ul>${remarks.map(item)}</ul></div>`;
}

/** What is looked for first, large. */
function keyFigures(result: LoadResult, say: Say): Markup {
  const { measured, measuredS, total, lost, connected } = result;
  const name = mainLatency(result);
  const latency = name === undefined ? undefined : result.latencies[name];
  const rates = (['sent', 'received'] as const).filter((one) => total[one] > 0);
  const figures: (readonly [label: string, value: string, unit: string])[] = [
    ...(rates.length === 0 ? [[say('connections'), grouped(connected), ''] as const] : []),
    ...rates.map((one) => {
      return [say(one), perSecond(measured[one], measuredS), say('perSecond')] as const;
    }),
    ...(latency === undefined
      ? []
      : ([
          ['p50', milliseconds(latency.p50Ms), ' ms'],
          ['p99', milliseconds(latency.p99Ms), ' ms'],
          ['p99.9', milliseconds(latency.p999Ms), ' ms'],
          [say('max'), milliseconds(latency.maxMs), ' ms'],
        ] as const)),
    ...(rates.length === 0 ? [] : [[say('lost'), grouped(lost), ''] as const]),
  ];
  return html`<dl class="figures">${figures.map(
    ([label, value, unit]) =>
      html`<div><dt>${label}</dt><dd>${value}<small>${unit}</small></dd></div>`,
  )}</dl>`;
}

function countTable(result: LoadResult, say: Say): Markup {
  const { total, measured, measuredS, lost, missed, uncertain, connected } = result;
  const rows = COUNTS.filter(([name, always]) => always || total[name] > 0).map(([name]) => [
    say(name),
    grouped(total[name]),
    grouped(measured[name]),
    perSecond(measured[name], measuredS),
  ]);
  const head = ['', say('all'), say('measured'), say('rate')];
  const rest = [
    [say('lost'), grouped(lost), '', ''],
    ...(missed > 0 ? [[say('missed'), grouped(missed), '', '']] : []),
    ...(uncertain > 0 ? [[say('uncertain'), grouped(uncertain), '', '']] : []),
    [say('connections'), grouped(connected), '', ''],
  ];
  return numberTable(say('results'), head, [...rows, ...rest]);
}

function latencyTable({ latencies }: LoadResult, say: Say): Markup {
  const rows = LATENCY_NAMES.flatMap((name) => {
    const one = latencies[name];
    if (one === undefined) return [];
    const { count, minMs, meanMs, p50Ms, p90Ms, p99Ms, p999Ms, p9999Ms, maxMs } = one;
    const times = [minMs, meanMs, p50Ms, p90Ms, p99Ms, p999Ms, p9999Ms, maxMs];
    return [[say(name), grouped(count), ...times.map(milliseconds)]];
  });
  const percentiles = ['p50', 'p90', 'p99', 'p99.9', 'p99.99'];
  const head = ['', say('count'), say('min'), say('mean'), ...percentiles, say('max')];
  return rows.length === 0 ? html`` : numberTable(say('latencies'), head, rows);
}

/** The first column has names, the others have numbers. */
function numberTable(
  title: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): Markup {
  const line = ([name = '', ...values]: readonly string[]) =>
    html`<tr><th>${name}</th>${values.map((value) => html`<td class="n">${value}</td>`)}</tr>`;
  const [first = '', ...names] = head;
  return html`<section class="card"><h2>${title}</h2><div class="wide"><table>
<tr><th>${first}</th>${names.map((name) => html`<th class="n">${name}</th>`)}</tr>
${rows.map(line)}
</table></div></section>`;
}

function rowTable(title: string, rows: readonly Row[]): Markup {
  return html`<section class="card"><h2>${title}</h2><table class="rows">
${rows.map(([name, value]) => html`<tr><th>${name}</th><td>${value}</td></tr>`)}
</table></section>`;
}

function environmentRows(environment: Environment, say: Say): Row[] {
  const { version, node, system, processor, cores, memoryBytes } = environment;
  return [
    [say('version'), version],
    [say('node'), node],
    [say('system'), system],
    [say('processor'), processor],
    [say('cores'), grouped(cores)],
    [say('memory'), `${(memoryBytes / 2 ** 30).toFixed(1)} GiB`],
  ];
}

function rateText({ rateWanted }: LoadResult, say: Say): string {
  return rateWanted === undefined ? say('asFast') : `${grouped(rateWanted)}${say('perSecond')}`;
}

function perSecond(count: number, seconds: number): string {
  return grouped(seconds > 0 ? count / seconds : 0);
}

/** Nothing in it ends the element that it stands in. */
function jsonOf(result: LoadResult): Markup {
  const text = JSON.stringify({ ...result, intervals: undefined });
  return new Markup(text.replaceAll('<', String.raw`\u003c`));
}

/** Which counts are shown: always, or when there are some. */
const COUNTS: readonly (readonly [name: keyof Counts & ReportWord, always: boolean])[] = [
  ['sent', true],
  ['received', true],
  ['acknowledged', true],
  ['duplicates', true],
  ['redelivered', false],
  ['reordered', true],
  ['skipped', false],
  ['foreign', false],
  ['connectFailures', false],
  ['connectionsLost', false],
  ['departures', false],
  ['reconnects', false],
  ['dueWhileAway', false],
  ['cutOff', false],
  ['caughtUp', false],
  ['wills', false],
  ['willsReceived', false],
];

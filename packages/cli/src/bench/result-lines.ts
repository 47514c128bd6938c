import { textTable } from '../admin/text-table.js';
import { safeText } from '../safe-log-line.js';
import { LATENCY_NAMES, type LatencySet } from './figures.js';
import type { Interval, LoadResult } from './load-result.js';

/** The end of a load test, for people. */
export function resultLines(result: LoadResult): string[] {
  const { measured, measuredS, total, lost, latencies, remarks } = result;
  const perSecond = (count: number) => grouped(measuredS > 0 ? count / measuredS : 0);
  const rows = [
    ['connections', grouped(result.connected), ''],
    ['sent', grouped(total.sent), `${perSecond(measured.sent)}/s`],
    ['acknowledged', grouped(total.acknowledged), `${perSecond(measured.acknowledged)}/s`],
    ['received', grouped(total.received), `${perSecond(measured.received)}/s`],
    ['lost', grouped(lost), ''],
    ['duplicates', grouped(total.duplicates), ''],
    ['out of order', grouped(total.reordered), ''],
    ...comingAndGoing(result),
  ];
  const times = LATENCY_NAMES.flatMap((name) => {
    const one = latencies[name];
    if (one === undefined || name === 'lag') return [];
    const { p50Ms, p90Ms, p99Ms, p999Ms, p9999Ms, maxMs } = one;
    return [[TIMES[name], ...[p50Ms, p90Ms, p99Ms, p999Ms, p9999Ms, maxMs].map(milliseconds)]];
  });
  return [
    ...textTable(['', 'all', `in ${measuredS.toFixed(1)} s`], rows, new Set([1, 2])),
    '',
    ...(times.length === 0 ? [] : [...textTable(TIME_HEAD, times, TIME_NUMBERS), '']),
    ...remarks.map(({ text, bottleneck }) =>
      safeText(bottleneck ? `! the bench was the bottleneck: ${lowerFirst(text)}` : `! ${text}`),
    ),
    ...(remarks.length === 0 ? ['Nothing was lost, and the bench was not the bottleneck'] : []),
  ];
}

/** What there is only where devices come and go. */
function comingAndGoing({ total, missed, uncertain }: LoadResult): string[][] {
  const { departures, reconnects, redelivered, caughtUp, cutOff, wills, willsReceived } = total;
  const rows: [name: string, count: number][] = [
    ['missed while away', missed],
    ['uncertain', uncertain],
    ['waited for subscribers', caughtUp],
    ['sent again with DUP', redelivered],
    ['under way when cut off', cutOff],
    ['departures', departures],
    ['reconnects', reconnects],
    ['wills due', wills],
    ['wills received', willsReceived],
  ];
  return rows.flatMap(([name, count]) => (count > 0 ? [[name, grouped(count), '']] : []));
}

/** One interval as a line. */
export function intervalLine({
  phase,
  atS,
  lengthS,
  counts,
  connected,
  latencies,
}: Interval): string {
  const perSecond = (count: number) => grouped(lengthS > 0 ? count / lengthS : 0);
  const time = latencies.deliver ?? latencies.acknowledge;
  const parts = [
    `${atS.toFixed(1).padStart(6)} s`,
    phase.padEnd(7),
    `connected ${grouped(connected)}`,
    `sent ${perSecond(counts.sent)}/s`,
    `received ${perSecond(counts.received)}/s`,
    ...(time === undefined
      ? []
      : [`p50 ${milliseconds(time.p50Ms)} ms`, `p99 ${milliseconds(time.p99Ms)} ms`]),
  ];
  return parts.join('  ');
}

/** `1,234,567`. */
export function grouped(number: number): string {
  return Math.round(number).toLocaleString('en-US');
}

/** Three significant digits, no exponent. */
export function milliseconds(ms: number): string {
  if (ms >= 100) return ms.toFixed(0);
  return ms >= 10 ? ms.toFixed(1) : ms.toFixed(ms >= 1 ? 2 : 3);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

const TIMES: LatencySet<string> = {
  connect: 'to connect',
  acknowledge: 'to acknowledgement',
  deliver: 'to delivery',
  lag: 'late by',
};
const TIME_HEAD = ['ms', 'p50', 'p90', 'p99', 'p99.9', 'p99.99', 'max'];
const TIME_NUMBERS = new Set([1, 2, 3, 4, 5, 6]);

import { LATENCY_NAMES, type LatencySet } from '../figures.js';
import type { LatencySummary } from '../latencies.js';
import type { Interval, LoadResult } from '../load-result.js';
import { grouped, milliseconds } from '../result-lines.js';
import type { Markup } from './markup.js';
import { momentsOf } from './moments.js';
import { type Axis, plotFigure, type PlotLine, type PlotRange } from './plot.js';
import type { ReportWord, Say } from './report-words.js';
import { linearScale, logScale } from './scale.js';

/** What messages of a test are judged by: their delivery if there is one. */
export function mainLatency({ latencies }: LoadResult): keyof LatencySet<unknown> | undefined {
  return (['deliver', 'acknowledge', 'connect'] as const).find(
    (name) => latencies[name] !== undefined,
  );
}

/** All plots that a result has figures for. */
export function reportPlots(result: LoadResult, say: Say): Markup[] {
  const moments = momentsOf(result.intervals, POINTS_MAX);
  const distribution = distributionPlot(result, say);
  if (moments.length === 0) return distribution;
  const endS = moments.at(-1)!.atS;
  const size = Math.ceil(result.intervals.length / POINTS_MAX);
  const over: OverTime = {
    moments,
    x: { scale: linearScale(0, endS), label: say('time'), text: grouped1 },
    shades: shadesOf(moments, say),
    note: size > 1 ? say('thinned', { count: size }) : '',
    say,
  };
  return [
    ...throughputPlot(over, result),
    ...latencyPlot(over, mainLatency(result)),
    ...distribution,
    connectionsPlot(over),
    loadPlot(over),
  ];
}

/** What all plots over time have in common. */
interface OverTime {
  readonly moments: readonly Interval[];
  readonly x: Axis;
  readonly shades: readonly PlotRange[];
  readonly note: string;
  readonly say: Say;
}

interface Series {
  readonly word: ReportWord;
  readonly label?: string;
  readonly color: number;
  readonly of: (moment: Interval) => number | undefined;
}

/** A plot of which each moment has a value for each series. */
function timePlot(
  over: OverTime,
  words: { readonly title: string; readonly note: string },
  y: Axis,
  series: readonly Series[],
): Markup {
  const { moments, x, shades, say } = over;
  const lines = series.map(({ word, label = say(word), color, of }): PlotLine => {
    const points = moments.map((one) => ({ x: one.atS - one.lengthS / 2, y: of(one) }));
    return { label, color, points };
  });
  const columns = moments.map((one): PlotRange => {
    const values = series.flatMap(({ word, label = say(word), of }) => {
      const value = of(one);
      return value === undefined ? [] : [`${label}: ${y.text(value)}`];
    });
    const when = `${(one.atS - one.lengthS).toFixed(1)}–${one.atS.toFixed(1)} s`;
    return { from: one.atS - one.lengthS, to: one.atS, label: [when, ...values].join(' · ') };
  });
  const note = [words.note, over.note].join(' ').trim();
  return plotFigure({ title: words.title, note, x, y, lines, shades, columns });
}

function throughputPlot(over: OverTime, { total }: LoadResult): Markup[] {
  const { moments, say } = over;
  const series = (['sent', 'received', 'acknowledged'] as const)
    .filter((name) => total[name] > 0)
    .map((name): Series => {
      const of = ({ counts, lengthS }: Interval) => (lengthS > 0 ? counts[name] / lengthS : 0);
      return { word: name, color: { sent: 1, received: 2, acknowledged: 3 }[name], of };
    });
  if (series.length === 0) return [];
  const most = Math.max(...moments.flatMap((one) => series.map(({ of }) => of(one) ?? 0)));
  const scale = linearScale(0, most, { round: true });
  const y: Axis = { scale, label: say('throughputAxis'), text: grouped1 };
  return [timePlot(over, { title: say('throughput'), note: say('throughputNote') }, y, series)];
}

function latencyPlot(over: OverTime, name: keyof LatencySet<unknown> | undefined): Markup[] {
  const { moments, say } = over;
  const all = name === undefined ? [] : moments.flatMap(({ latencies }) => latencies[name] ?? []);
  if (name === undefined || all.length === 0) return [];
  const percentiles: readonly (readonly [keyof LatencySummary, string, number])[] = [
    ['p50Ms', 'p50', 1],
    ['p90Ms', 'p90', 3],
    ['p99Ms', 'p99', 2],
    ['maxMs', say('max'), 4],
  ];
  const series = percentiles.map(([key, label, color]): Series => {
    return { word: 'max', label, color, of: ({ latencies }) => latencies[name]?.[key] };
  });
  const scale = logScale(
    Math.min(...all.map(({ p50Ms }) => p50Ms)),
    Math.max(...all.map(({ maxMs }) => maxMs)),
  );
  const y: Axis = { scale, label: say('latencyAxis'), text: timeText };
  const note = say('latencyOverTimeNote', { kind: say(name) });
  return [timePlot(over, { title: say('latencyOverTime'), note }, y, series)];
}

function connectionsPlot(over: OverTime): Markup {
  const { moments, say } = over;
  const most = Math.max(1, ...moments.map(({ connected }) => connected));
  const scale = linearScale(0, most, { round: true });
  const y: Axis = { scale, label: say('connections'), text: grouped1 };
  const words = { title: say('connectionsTitle'), note: say('connectionsNote') };
  return timePlot(over, words, y, [
    { word: 'connections', color: 1, of: ({ connected }) => connected },
  ]);
}

function loadPlot(over: OverTime): Markup {
  const { say } = over;
  const text = (percent: number) => `${percent.toFixed(0)} %`;
  const y: Axis = { scale: linearScale(0, 100), label: say('loadAxis'), text };
  return timePlot(over, { title: say('load'), note: say('loadNote') }, y, [
    { word: 'worker', color: 2, of: ({ load }) => load.worker * 100 },
    { word: 'cpu', color: 1, of: ({ load }) => load.cpu * 100 },
    { word: 'machine', color: 5, of: ({ load }) => load.machine * 100 },
  ]);
}

/** As HDR histograms are shown: each nine of the percentile has the same room. */
function distributionPlot({ distribution }: LoadResult, say: Say): Markup[] {
  const names = LATENCY_NAMES.filter((name) => distribution[name].length > 0);
  const all = names.flatMap((name) => distribution[name]);
  if (all.length === 0) return [];
  const colors: LatencySet<number> = { deliver: 1, acknowledge: 2, connect: 3, lag: 5 };
  const lines = names.map((name): PlotLine => {
    const points = distribution[name].map(([percentile, ms]) => ({
      x: ninesOf(percentile),
      y: ms,
    }));
    return { label: say(name), color: colors[name], points };
  });
  const ticks = NINES.map(ninesOf);
  const place = (nines: number) => nines / NINES_MAX;
  const text = (nines: number) =>
    nines >= NINES_MAX ? say('max') : `${NINES[ticks.indexOf(nines)] ?? ''}`;
  const scale = logScale(
    Math.min(...all.map(([, ms]) => Math.max(ms, MS_MIN))),
    Math.max(...all.map(([, ms]) => Math.max(ms, MS_MIN))),
  );
  const columns = distribution[names[0]!].map(([percentile], at, { length }): PlotRange => {
    const nines = (index: number) => ninesOf(distribution[names[0]!][index]![0]);
    const values = names.map((name) => `${say(name)}: ${timeText(distribution[name][at]![1])}`);
    return {
      from: at === 0 ? 0 : (nines(at - 1) + nines(at)) / 2,
      to: at === length - 1 ? NINES_MAX : (nines(at) + nines(at + 1)) / 2,
      label: [percentile === 100 ? say('max') : `p${percentile}`, ...values].join(' · '),
    };
  });
  return [
    plotFigure({
      title: say('distribution'),
      note: say('distributionNote'),
      x: { scale: { place, ticks }, label: say('percentile'), text },
      y: { scale, label: say('latencyAxis'), text: timeText },
      lines,
      shades: [],
      columns,
    }),
  ];
}

/** 90 is 1, 99 is 2, 99.9 is 3, …; the largest value of all is behind them. */
function ninesOf(percentile: number): number {
  return percentile >= 100 ? NINES_MAX : -Math.log10(1 - percentile / 100);
}

function shadesOf(moments: readonly Interval[], say: Say): PlotRange[] {
  const shades: { from: number; to: number; label: string }[] = [];
  for (const { phase, atS, lengthS } of moments) {
    const label = say(`${phase} phase`);
    const last = shades.at(-1);
    if (last?.label === label) last.to = atS;
    else shades.push({ from: Math.max(0, atS - lengthS), to: atS, label });
  }
  // What is measured stands on the bare ground.
  return shades.filter(({ label }) => label !== say('measure phase'));
}

/** A time with the unit that suits it. */
export function timeText(ms: number): string {
  if (ms >= 1000) return `${Number(milliseconds(ms / 1000))} s`;
  return ms >= 1 ? `${Number(milliseconds(ms))} ms` : `${Number((ms * 1000).toPrecision(3))} µs`;
}

/** With one digit behind the point where it says something. */
function grouped1(value: number): string {
  return value < 10 ? String(Number(value.toFixed(1))) : grouped(value);
}

/** Points of a line: more cannot be told apart. */
const POINTS_MAX = 400;
/** Ticks of the axis of percentiles. */
const NINES = [0, 50, 90, 99, 99.9, 99.99, 100];
const NINES_MAX = 5;
/** What is measured is at least a µs. */
const MS_MIN = 0.001;

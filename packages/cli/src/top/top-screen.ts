import { safeText } from '../safe-log-line.js';
import { shortNumber } from '../terminal/short-number.js';
import type { ScreenSize } from '../terminal/terminal-screen.js';
import type { MetricHistory } from './metric-history.js';
import { sparkline } from './sparkline.js';

/**
 * What `magpie top` shows, line by line: never more, nor longer ones, than the screen has room for.
 *
 * @param title Which broker this is.
 */
export function topScreen(
  title: string,
  history: MetricHistory,
  { columns, rows }: ScreenSize,
): string[] {
  const lines = [
    safeText(title),
    '',
    ...GAUGES.map((row) =>
      row.map(([label, name]) => gaugeText(label, history.gauge(name))).join('  '),
    ),
    '',
    ...RATES.map(([label, name]) => rateLine(label, history, name, columns)),
  ];
  const drops = history
    .labelled(DROPS)
    .map(([reason, perSecond]) => `${reason} ${shortNumber(perSecond)}/s`);
  lines.push('', `dropped now: ${drops.length === 0 ? 'nothing' : drops.join(', ')}`);
  return lines.slice(0, rows).map((line) => line.slice(0, columns));
}

function gaugeText(label: string, value: number): string {
  return `${label.padEnd(14)}${shortNumber(value).padStart(7)}`;
}

function rateLine(label: string, history: MetricHistory, name: string, columns: number): string {
  const { now, history: earlier } = history.rate(name);
  const text = `${label.padEnd(14)}${shortNumber(now).padStart(7)}/s `;
  return `${text}${sparkline(earlier, Math.max(0, columns - text.length))}`;
}

const GAUGES = [
  [
    ['clients', 'magpie_clients'],
    ['sessions', 'magpie_sessions'],
    ['subscriptions', 'magpie_subscriptions'],
  ],
  [
    ['queued', 'magpie_queued_messages'],
    ['in flight', 'magpie_inflight_messages'],
    ['retained', 'magpie_retained_messages'],
  ],
] as const;

const RATES = [
  ['messages in', 'magpie_messages_received_total'],
  ['messages out', 'magpie_messages_sent_total'],
  ['bytes in', 'magpie_received_bytes_total'],
  ['bytes out', 'magpie_sent_bytes_total'],
  ['connects', 'magpie_connects_accepted_total'],
  ['refused', 'magpie_connects_refused_total'],
  ['commits', 'magpie_store_commits_total'],
] as const;

const DROPS = 'magpie_messages_dropped_total';

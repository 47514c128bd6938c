import { safeText } from '../safe-log-line.js';
import { columnsOf, cutText, fitText } from '../terminal/fit-text.js';
import { shortNumber } from '../terminal/short-number.js';
import type { ScreenSize } from '../terminal/terminal-screen.js';
import { sortTopics, type TopicOrder } from './topic-order.js';
import type { TopicEntry, TopicTally } from './topic-tally.js';

/**
 * What `magpie sub --watch` shows: a line for each topic, as many as there is room for, and in the
 * last one how many there is none for.
 *
 * @throws {FormatError} if a value cannot be shown.
 */
export function watchLines(
  tally: TopicTally,
  { order, atMs, size }: { order: TopicOrder; atMs: number; size: ScreenSize },
): string[] {
  const { columns, rows } = size;
  const entries = sortTopics(tally.topics, order, atMs);
  const room = entries.length < rows ? entries.length : Math.max(0, rows - 2);
  const shown = entries.slice(0, room);
  const names = shown.map(({ topic }) => safeText(topic.slice(0, NAME_CHARACTERS_MAX)));
  const nameColumns = nameColumnsOf(names, columns);
  const lines = shown.map((entry, index) => {
    const name = fitText(names[index] ?? '', nameColumns);
    return `${figuresOf(entry, atMs)}  ${name}  ${entry.value()}`;
  });
  const left = entries.length - shown.length;
  return [
    `${HEAD}  ${fitText('topic', nameColumns)}  value`,
    ...lines,
    ...(left > 0 ? [`… ${left} more topics`] : []),
  ]
    .slice(0, rows)
    .map((line) => cutText(line, columns));
}

function figuresOf(entry: TopicEntry, atMs: number): string {
  const { messages, qos, retain } = entry;
  return [
    shortNumber(messages).padStart(6),
    shortNumber(entry.perSecond(atMs)).padStart(6),
    ageText(atMs - entry.atMs).padStart(4),
    `${qos}${retain ? ' r' : '  '}`,
  ].join(' ');
}

/** At most four characters: `0s`, `59s`, `3m`, `2h`, `400d`. */
export function ageText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.min(999, Math.floor(seconds / 86_400))}d`;
}

/** As wide as the longest of them, and at most half of what the figures leave. */
function nameColumnsOf(names: readonly string[], columns: number): number {
  const most = Math.max(8, Math.floor((columns - HEAD.length - 4) / 2));
  const longest = Math.max(5, ...names.map(columnsOf));
  return Math.min(longest, most);
}

const HEAD = ' count    /s  age QoS';
/** More than a terminal has columns. */
const NAME_CHARACTERS_MAX = 1000;

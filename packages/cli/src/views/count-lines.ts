import { countOf } from '../count-of.js';
import { safeJsonLine, safeText } from '../safe-log-line.js';
import { sortTopics, type TopicOrder } from './topic-order.js';
import type { TopicTally } from './topic-tally.js';

export interface CountOptions {
  readonly order: TopicOrder;
  readonly atMs: number;
  /** An object a line. */
  readonly json: boolean;
}

/** How many messages and bytes each topic had, and all together. */
export function countLines(tally: TopicTally, { order, atMs, json }: CountOptions): string[] {
  const { messages, bytes, leftOut, size } = tally;
  const entries = sortTopics(tally.topics, order, atMs);
  if (json) {
    const lines = entries.map((entry) => {
      return { topic: entry.topic, messages: entry.messages, bytes: entry.bytes };
    });
    const all = { topics: size, messages, bytes, leftOut };
    return [...lines, all].map((line) => safeJsonLine(JSON.stringify(line)));
  }
  const left = leftOut === 0 ? '' : `; ${countOf(leftOut, 'message')} of further topics`;
  return [
    rowOf('messages', 'bytes', 'topic'),
    ...entries.map((entry) => rowOf(entry.messages, entry.bytes, safeText(entry.topic))),
    rowOf(messages, bytes, `in ${countOf(size, 'topic')}${left}`),
  ];
}

function rowOf(messages: number | string, bytes: number | string, what: string): string {
  return `${String(messages).padStart(10)} ${String(bytes).padStart(12)}  ${what}`;
}

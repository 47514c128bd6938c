import { utf8Length } from '#utf8';
import { STRING_BYTES_MAX } from '../limits.js';

/** Why a topic name or filter is not allowed, and the statement that says so. */
export interface TopicProblem {
  readonly text: string;
  readonly clause: string;
}

const EMPTY: TopicProblem = { text: 'is empty', clause: 'MQTT-4.7.3-1' };
const NULL: TopicProblem = { text: 'holds U+0000', clause: 'MQTT-4.7.3-2' };
const SURROGATE: TopicProblem = { text: 'holds a lone surrogate', clause: 'MQTT-1.5.3-1' };
const LONG: TopicProblem = {
  text: `has more than ${STRING_BYTES_MAX} bytes`,
  clause: 'MQTT-4.7.3-3',
};

/** What forbids `text` as a name and as a filter alike (MQTT 3.1.1, 4.7.3). */
export function commonProblem(text: string): TopicProblem | undefined {
  if (text.length === 0) return EMPTY;
  // A UTF-16 unit takes at most 3 bytes, so short ones need no count.
  if (text.length * 3 > STRING_BYTES_MAX && utf8Length(text) > STRING_BYTES_MAX) return LONG;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0) return NULL;
    if (unit < 0xd800 || unit > 0xdfff) continue;
    if (unit > 0xdbff || (text.charCodeAt(at + 1) & 0xfc00) !== 0xdc00) return SURROGATE;
    at++;
  }
  return undefined;
}

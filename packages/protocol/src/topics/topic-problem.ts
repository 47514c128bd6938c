import { utf8Length } from '#utf8';
import { STRING_BYTES_MAX } from '../limits.js';

const EMPTY = 'is empty';
const NULL = 'holds U+0000';
const SURROGATE = 'holds a lone surrogate';
const LONG = `has more than ${STRING_BYTES_MAX} bytes`;
export const HASH_MISPLACED = 'has a # that is not the whole last level';
export const PLUS_MISPLACED = 'has a + that is not a whole level';

/** What forbids `text` as a name and as a filter alike (MQTT 3.1.1, 4.7.3), as `is empty`. */
export function commonProblem(text: string): string | undefined {
  if (text.length === 0) return EMPTY;
  // A UTF-16 unit takes at most 3 bytes, so short ones need no count.
  if (text.length * 3 > STRING_BYTES_MAX && utf8Length(text) > STRING_BYTES_MAX) return LONG;
  for (let at = 0; at < text.length; at++) {
    const code = text.codePointAt(at)!;
    if (code === 0) return NULL;
    if (code >> 11 === 0x1b) return SURROGATE; // U+D800 to U+DFFF
    if (code > 0xffff) at++; // two units
  }
  return undefined;
}

/** The statement of the standard that says so. Apart from the texts: a client shows only those. */
export function clauseOf(problem: string): string {
  switch (problem) {
    case EMPTY:
      return 'MQTT-4.7.3-1';
    case NULL:
      return 'MQTT-4.7.3-2';
    case LONG:
      return 'MQTT-4.7.3-3';
    case HASH_MISPLACED:
      return 'MQTT-4.7.1-2';
    case PLUS_MISPLACED:
      return 'MQTT-4.7.1-3';
    default:
      return 'MQTT-1.5.3-1';
  }
}

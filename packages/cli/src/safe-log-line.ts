/**
 * Clients choose what they are called, so what they send stands in the log. No control character of
 * theirs may reach a terminal raw: it could hide lines, forge them, or worse.
 */

/**
 * What JSON.stringify leaves raw: DEL, the C1 controls, line separators, marks of writing
 * direction.
 */
const UNSAFE_IN_JSON = /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
/** The same and all C0 controls. */
const UNSAFE = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
/** A stack keeps its line breaks: it is of the runtime, not of a client. */
const UNSAFE_IN_STACK = /(?!\n)[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** One line for people, without raw control characters. */
export function safeText(text: string): string {
  return text.replaceAll(UNSAFE, escaped);
}

/** Most characters of a text in one field of a log line. */
export const FIELD_CHARACTERS_MAX = 256;

/** A line of JSON without raw control characters; parsed, it has the same value. */
export function safeJsonLine(line: string): string {
  return line.replaceAll(UNSAFE_IN_JSON, escaped);
}

/**
 * The same value with every control character in its texts written as `\u001b`, for output that
 * people read. Line breaks stay in texts under the key `stack` only.
 */
export function safeFields(value: unknown, key = ''): unknown {
  if (typeof value === 'string') {
    return key === 'stack' ? value.replaceAll(UNSAFE_IN_STACK, escaped) : safeText(value);
  }
  if (Array.isArray(value)) return value.map((entry) => safeFields(entry));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, entry]) => {
      return [safeText(name), safeFields(entry, name)];
    }),
  );
}

/**
 * Cuts the texts among the fields of a line to {@link FIELD_CHARACTERS_MAX}: a client identifier
 * may have 65,535 bytes, and a line is written for each connection.
 */
export function cutFields(fields: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(fields);
  if (!entries.some(([, value]) => isTooLong(value))) return fields;
  return Object.fromEntries(
    entries.map(([name, value]) => {
      if (!isTooLong(value)) return [name, value];
      return [name, `${value.slice(0, FIELD_CHARACTERS_MAX)}… (${value.length} characters)`];
    }),
  );
}

function isTooLong(value: unknown): value is string {
  return typeof value === 'string' && value.length > FIELD_CHARACTERS_MAX;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

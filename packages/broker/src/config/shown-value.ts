const SHOWN_CHARACTERS_MAX = 80;
/**
 * Controls, line separators and marks that turn the direction of writing: no terminal gets them
 * raw.
 */
const UNSHOWABLE = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * A value of the operator's as it appears in a message: one line, bounded, without control
 * characters.
 */
export function shownValue(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === '') return 'empty';
  if (typeof value === 'string') return shownText(value);
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a table';
  // What is left of YAML: numbers, switches and null.
  return `${value as number | boolean | null}`;
}

/** Text from outside on one line: control characters as `\u001b`, cut where it gets too long. */
export function shownText(text: string): string {
  const cut = text.length > SHOWN_CHARACTERS_MAX ? `${text.slice(0, SHOWN_CHARACTERS_MAX)}…` : text;
  return cut.replaceAll(UNSHOWABLE, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

import write from 'strftime';

/**
 * How strftime(3) writes a time for `%letter` in the C locale and the local time zone.
 *
 * @returns A function of milliseconds since 1970; `undefined` if there is no such letter.
 */
export function strftime(letter: string): ((atMs: number) => string) | undefined {
  if (letter === 'N') return (atMs) => String(Math.floor((atMs % 1000) * 1e6)).padStart(9, '0');
  if (!LETTERS.includes(letter)) return undefined;
  const format = AS_IN_C[letter] ?? `%${letter}`;
  return (atMs) => write(format, new Date(atMs));
}

const LETTERS = 'aAbBcCdDeFhHIjklmMnpPrRsStTuUwWxXyYz';
/** Where the library has another mind. */
const AS_IN_C: Readonly<Record<string, string>> = { c: '%a %b %e %T %Y', X: '%T' };

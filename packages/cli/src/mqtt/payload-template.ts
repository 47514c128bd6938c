import { UsageError } from './usage-error.js';

/** Makes the text of a message. @param n Which message of this command it is, from 1 on. */
export type MessageText = (n: number) => string;

/**
 * A text in which `%{…}` stands for something that differs from message to message: see {@link
 * PLACEHOLDERS}. `%%` is `%`.
 *
 * @throws {UsageError} for a placeholder that there is not.
 */
export function payloadTemplate(text: string): MessageText {
  const pieces = text.split(/(%%|%\{[^}]*\}?)/).map((piece, index) => {
    if (index % 2 === 0) return () => piece;
    return piece === '%%' ? () => '%' : placeholderOf(piece);
  });
  return (n) => pieces.map((piece) => piece(n)).join('');
}

/** What can stand in a template, for help and errors. */
export const PLACEHOLDERS = '%{n}, %{n:FIRST}, %{s}, %{ms}, %{iso}, %{random:MIN:MAX}, %{uuid}';

function placeholderOf(piece: string): MessageText {
  const [name = '', ...values] = piece.slice(2, -1).split(':');
  if (piece.endsWith('}')) {
    if (name === 'n' && values.length <= 1) return counter(piece, values[0] ?? '1');
    if (name === 'random' && values.length === 2) return random(piece, values);
    const plain = values.length === 0 ? PLAIN.get(name) : undefined;
    if (plain !== undefined) return plain;
  }
  throw new UsageError(
    `The template has an unknown placeholder ${piece}: known are ${PLACEHOLDERS}`,
  );
}

function counter(piece: string, first: string): MessageText {
  const from = numberOf(piece, first);
  return (n) => String(from + n - 1);
}

/** With as many decimals as its bounds have. */
function random(piece: string, [min = '', max = '']: readonly string[]): MessageText {
  const decimals = Math.max(decimalsOf(min), decimalsOf(max));
  const factor = 10 ** decimals;
  const from = Math.round(numberOf(piece, min) * factor);
  const to = Math.round(numberOf(piece, max) * factor);
  if (from > to) throw new UsageError(`${piece}: the first number must not be above the second`);
  return () => {
    const drawn = from + Math.floor(Math.random() * (to - from + 1));
    return (drawn / factor).toFixed(decimals);
  };
}

function numberOf(piece: string, text: string): number {
  if (/^-?\d{1,15}(\.\d{1,9})?$/.test(text)) return Number(text);
  throw new UsageError(`${piece}: '${text}' is no number`);
}

function decimalsOf(text: string): number {
  return text.split('.')[1]?.length ?? 0;
}

const PLAIN: ReadonlyMap<string, MessageText> = new Map([
  ['s', () => String(Math.floor(Date.now() / 1000))],
  ['ms', () => String(Date.now())],
  ['iso', () => new Date().toISOString()],
  ['uuid', () => crypto.randomUUID()],
]);

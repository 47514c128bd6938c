import stringWidth from 'string-width';

/** How many columns of a terminal a text takes: a Chinese character takes two. */
export function columnsOf(text: string): number {
  return stringWidth(text);
}

/**
 * A text in exactly so many columns of a terminal: filled up with blanks, or cut.
 */
export function fitText(text: string, columns: number): string {
  const cut = cutText(text, columns);
  return cut + ' '.repeat(columns - columnsOf(cut));
}

/** A text in at most so many columns: if it is longer, it ends with `…`. */
export function cutText(text: string, columns: number): string {
  const start = text.slice(0, columns * UNITS_PER_COLUMN_MAX);
  if (start.length === text.length && columnsOf(text) <= columns) return text;
  let cut = '';
  let width = 0;
  for (const { segment } of new Intl.Segmenter().segment(start)) {
    width += columnsOf(segment);
    if (width > columns - 1) break;
    cut += segment;
  }
  return columns > 0 ? `${cut}…` : '';
}

/** Marks that take no column of their own are shown up to here: they could be endless. */
const UNITS_PER_COLUMN_MAX = 8;

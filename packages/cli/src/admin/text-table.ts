import { safeText } from '../safe-log-line.js';

/**
 * Rows as lines of text, their columns one below the other. Names of clients stand in them, so no
 * control character gets through.
 *
 * @param numbers Columns that are aligned at their right side.
 */
export function textTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  numbers: ReadonlySet<number> = new Set(),
): string[] {
  const lines = [head, ...rows].map((row) => row.map(safeText));
  const widths = head.map((_, at) => Math.max(...lines.map((line) => columnsOf(line[at] ?? ''))));
  return lines.map((line) => {
    const cells = line.map((cell, at) => {
      const blanks = ' '.repeat((widths[at] ?? 0) - columnsOf(cell));
      return numbers.has(at) ? `${blanks}${cell}` : `${cell}${blanks}`;
    });
    return cells.join('  ').trimEnd();
  });
}

/** How wide a terminal shows it: Chinese characters and their punctuation take two columns. */
function columnsOf(text: string): number {
  return text.length + (text.match(WIDE)?.length ?? 0);
}

const WIDE = /[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60]/g;

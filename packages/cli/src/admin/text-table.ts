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
  const widths = head.map((_, at) => Math.max(...lines.map((line) => (line[at] ?? '').length)));
  return lines.map((line) => {
    const cells = line.map((cell, at) => {
      const width = widths[at] ?? 0;
      return numbers.has(at) ? cell.padStart(width) : cell.padEnd(width);
    });
    return cells.join('  ').trimEnd();
  });
}

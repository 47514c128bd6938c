/**
 * The last values as a row of bars, the newest at the right; the highest of them is the whole
 * height.
 */
export function sparkline(values: readonly number[], width: number): string {
  const shown = values.slice(-width);
  const highest = Math.max(...shown, 0);
  const bars = shown.map((value) => {
    if (highest === 0 || value <= 0) return BARS[0];
    return BARS[Math.ceil((value / highest) * (BARS.length - 1))];
  });
  return bars.join('').padStart(width);
}

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** Whole numbers from the first to below the second. */
export type Range = readonly [from: number, to: number];

/** How many numbers are in ranges that do not overlap. */
export function sizeOf(ranges: readonly Range[]): number {
  return ranges.reduce((sum, [from, to]) => sum + Math.max(0, to - from), 0);
}

/** What is left of ranges when others, in any order, are taken away. */
export function without(ranges: readonly Range[], taken: readonly Range[]): Range[] {
  let left = ranges.filter(([from, to]) => from < to);
  for (const [from, to] of taken) {
    if (from >= to) continue;
    left = left.flatMap(([start, end]): Range[] => {
      if (to <= start || from >= end) return [[start, end]];
      const parts: Range[] = [
        [start, from],
        [to, end],
      ];
      return parts.filter(([low, high]) => low < high);
    });
  }
  return left;
}

/**
 * The known name that was probably meant by `name`, or `undefined` if none is close.
 *
 * Close means at most two edits (insert, delete, replace, swap of neighbours), and fewer for short
 * names; capital letters do not count, so `packetbytesmax` finds `packetBytesMax`.
 */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  // Nobody means one of our names by a text this long, and the table below would grow with it.
  if (name.length > 64) return undefined;
  const wanted = name.toLowerCase();
  let best: string | undefined;
  let bestEdits = Math.min(2, Math.floor(name.length / 2)) + 1;
  for (const candidate of known) {
    // Most of many names are passed over here, or after a few letters: who asks may be waited for.
    if (Math.abs(candidate.length - name.length) >= bestEdits) continue;
    const edits = editsBetween(wanted, 0, candidate.toLowerCase(), 0, bestEdits);
    if (edits < bestEdits) {
      best = candidate;
      bestEdits = edits;
    }
  }
  return best;
}

/** `: did you mean X?`, or nothing when no known name is close. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const best = nearest(name, known);
  return best === undefined ? '' : `: did you mean ${best}?`;
}

/**
 * Optimal string alignment distance of what follows two places.
 *
 * Tries each edit where the words differ, which for a limit of two or three is a few letters; the
 * usual table has a cell for each pair of them.
 *
 * @returns The limit, if it is not below that.
 */
function editsBetween(a: string, i: number, b: string, j: number, limit: number): number {
  let [at, other] = [i, j];
  while (at < a.length && other < b.length && a.charCodeAt(at) === b.charCodeAt(other)) {
    at++;
    other++;
  }
  const [rest, otherRest] = [a.length - at, b.length - other];
  if (rest === 0 || otherRest === 0) return Math.min(limit, rest + otherRest);
  if (limit <= 1 || Math.abs(rest - otherRest) >= limit) return limit;
  let least = editsBetween(a, at + 1, b, other + 1, limit - 1); // one is replaced
  least = Math.min(least, editsBetween(a, at + 1, b, other, least)); // one is too many
  least = Math.min(least, editsBetween(a, at, b, other + 1, least)); // one is missing
  const isSwap =
    a.charCodeAt(at) === b.charCodeAt(other + 1) && a.charCodeAt(at + 1) === b.charCodeAt(other);
  if (isSwap) least = Math.min(least, editsBetween(a, at + 2, b, other + 2, least));
  return least + 1;
}

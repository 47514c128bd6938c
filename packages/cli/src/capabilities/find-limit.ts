/** How far something goes. */
export interface Limit {
  readonly value: number;
  /** Nothing more was tried: the limit may be higher. */
  readonly atLeast: boolean;
}

/**
 * The largest number that is accepted, found by halving: about log2 of the span questions, one if
 * there is no limit.
 *
 * @param known Is accepted, or taken as the answer where nothing larger is.
 * @param most The largest that is tried.
 * @param accepts Must be so up to some number and not so above it.
 */
export async function findLimit(
  known: number,
  most: number,
  accepts: (value: number) => Promise<boolean>,
): Promise<Limit> {
  if (most <= known || (await accepts(most))) {
    return { value: Math.max(known, most), atLeast: true };
  }
  let accepted = known;
  let refused = most;
  while (refused - accepted > 1) {
    const middle = Math.floor((accepted + refused) / 2);
    if (await accepts(middle)) accepted = middle;
    else refused = middle;
  }
  return { value: accepted, atLeast: false };
}

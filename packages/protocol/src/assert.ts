/** We are wrong: neither the peer nor the caller. Nothing may go on as if it had not happened. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/**
 * States what must be true unless this program has a bug.
 *
 * @throws {AssertionError} if it is not.
 */
export function assert(condition: boolean, claim: string): asserts condition {
  if (!condition) throw new AssertionError(claim);
}

/** Stands where a switch has covered all cases; one that is added fails to compile here. */
export function unreachable(value: never): never {
  throw new AssertionError(`No case for ${String(value)}`);
}

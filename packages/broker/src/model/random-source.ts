import { randomBytes } from 'node:crypto';

/**
 * Numbers that nobody outside can foresee, as the broker sees them. The only way to them: what
 * takes a source runs again as it ran before in a simulation.
 */
export interface RandomSource {
  /** A whole number from 0 to 2^32 - 1. */
  uint32(): number;
}

/** The random numbers of the machine. */
export class SystemRandom implements RandomSource {
  uint32(): number {
    return randomBytes(4).readUInt32LE();
  }
}

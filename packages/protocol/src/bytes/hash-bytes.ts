/**
 * A 32-bit hash of source[start, end), FNV-1a and then mixed: of FNV alone the low bits depend on
 * low bits only. Not for cryptography; where a peer chooses the bytes, the seed is random and the
 * search is bounded.
 */
export function hashBytes(seed: number, source: Uint8Array, start: number, end: number): number {
  let hash = seed | 0;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ source[at]!, 0x0100_0193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  return hash ^ (hash >>> 13);
}

/**
 * Short plain texts that were decoded lately: the records of a million messages name a few topics
 * and publishers, and each shall be in memory once.
 */
export class TextTable {
  readonly #texts: string[] = new Array<string>(SLOTS).fill('');

  /**
   * The text in source[start, end).
   *
   * @returns `undefined` if it is long or not plain: decode it, and do not ask for it again.
   */
  text(source: Uint8Array, start: number, end: number): string | undefined {
    if (end - start > BYTES_MAX) return undefined;
    let hash = end - start;
    for (let at = start; at < end; at++) {
      const byte = source[at]!;
      if (byte >= 128) return undefined;
      hash = Math.imul(hash ^ byte, 0x01000193);
    }
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    const known = this.#texts[slot]!;
    if (isSame(known, source, start, end)) return known;
    const text = String.fromCharCode(...source.subarray(start, end));
    this.#texts[slot] = text;
    return text;
  }
}

function isSame(text: string, source: Uint8Array, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) !== source[start + index]) return false;
  }
  return true;
}

/** A power of two. */
const SLOTS = 16_384;
const BYTES_MAX = 128;

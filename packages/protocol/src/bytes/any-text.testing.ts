/** Arbitrary texts for property tests. */
import fc from 'fast-check';

/** Characters at the edges of what UTF-8 can say, and those that MQTT treats apart. */
const EDGES = Array.from('\0\u007F\u0080\u07FF\u0800\uD7FF\uE000\uFEFF\uFFFE\uFFFF\u{10000}+#/$');

/** Any text that is well formed: U+0000 may come, a lone surrogate does not. */
export function anyText(maxLength = 10): fc.Arbitrary<string> {
  return fc.string({ unit: anyCharacter(), maxLength, size: 'max' });
}

function anyCharacter(): fc.Arbitrary<string> {
  const ascii = fc.integer({ min: 0x20, max: 0x7e });
  const lower = fc.integer({ min: 0x80, max: 0xd7ff });
  const upper = fc.integer({ min: 0xe000, max: 0x10_ffff });
  const character = fc.oneof(ascii, lower, upper).map((point) => String.fromCodePoint(point));
  return fc.oneof(character, fc.constantFrom(...EDGES));
}

/** The contract of `#utf8`: both implementations call this, and a new rule is added here only. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { anyText } from './any-text.testing.js';
import { hex, toHex } from './hex.testing.js';

export interface Utf8 {
  decodeUtf8(source: Uint8Array, start: number, end: number, guess?: string): string | undefined;
  utf8Length(text: string): number;
  writeUtf8(text: string, target: Uint8Array, at: number): number;
}

/** Sequences at the edges of what RFC 3629 allows. */
const WELL_FORMED: readonly [bytes: string, text: string][] = [
  ['', ''],
  ['00', '\0'],
  ['7f', '\u007F'],
  ['c280', '\u0080'],
  ['dfbf', '\u07FF'],
  ['e0a080', '\u0800'],
  ['ed9fbf', '\uD7FF'],
  ['ee8080', '\uE000'],
  ['efbbbf 61', '\uFEFFa'],
  ['efbfbe', '\uFFFE'],
  ['efbfbf', '\uFFFF'],
  ['f0908080', '\u{10000}'],
  ['f48fbfbf', '\u{10FFFF}'],
];

const ILL_FORMED: readonly [what: string, bytes: string][] = [
  ['continuation alone', '80'],
  ['last continuation alone', 'bf'],
  ['overlong / in 2', 'c0af'],
  ['overlong U+007F', 'c1bf'],
  ['overlong U+07FF in 3', 'e09fbf'],
  ['overlong U+FFFF in 4', 'f08fbfbf'],
  ['first surrogate', 'eda080'],
  ['last surrogate', 'edbfbf'],
  ['pair of surrogates', 'eda080 edb080'],
  ['above U+10FFFF', 'f4908080'],
  ['f5', 'f5808080'],
  ['5 bytes', 'f888808080'],
  ['fe', 'fe'],
  ['ff', 'ff'],
  ['cut in 2', 'c3'],
  ['cut in 3', 'e9b5'],
  ['cut in 4', 'f09f90'],
  ['no continuation', 'c361'],
];

/** Lengths on both sides of where an implementation may change its way. */
const LENGTHS = [0, 1, 8, 23, 24, 25, 31, 32, 33, 63, 64, 65, 200, 5000];

export function testUtf8(name: string, utf8: Utf8): void {
  for (const [bytes, text] of WELL_FORMED) {
    test(`${name} decodes and writes ${bytes === '' ? 'nothing' : bytes}`, () => {
      for (const pad of ['', 'x'.repeat(100)]) testBothWays(utf8, hex(bytes), text, pad);
    });
  }

  for (const [what, bytes] of ILL_FORMED) {
    test(`${name} does not decode ${what}`, () => {
      for (const pad of [
        '',
        "'a'",
        "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'",
      ]) {
        const source = hex(`${pad} ${bytes}`);
        assert.equal(utf8.decodeUtf8(source, 0, source.length), undefined);
      }
    });
  }

  test(`${name} reads and writes within its region, whatever the length`, () => {
    for (const length of LENGTHS) {
      for (const char of ['a', 'é', '鵊', '🐦']) {
        const text = 'a'.repeat(length) + char;
        testBothWays(utf8, new TextEncoder().encode(text), text, '');
      }
    }
  });

  test(`${name} is the inverse of itself for every string`, () => {
    fc.assert(
      fc.property(anyText(100), (text) => {
        testBothWays(utf8, new TextEncoder().encode(text), text, '');
      }),
    );
  });

  test(`${name} decodes what a strict TextDecoder decodes, and nothing else`, () => {
    const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    const decode = (bytes: Uint8Array): string | undefined => {
      try {
        return strict.decode(bytes);
      } catch {
        return undefined;
      }
    };
    const interesting = fc.constantFrom(0x41, 0x80, 0xa0, 0xbf, 0xc3, 0xe0, 0xed, 0xef, 0xf0, 0xf4);
    fc.assert(
      fc.property(fc.array(interesting, { maxLength: 8 }), (values) => {
        const bytes = Uint8Array.from(values);
        assert.equal(utf8.decodeUtf8(bytes, 0, bytes.length), decode(bytes));
      }),
      { numRuns: 3000 },
    );
  });

  test(`${name} decodes the same, whatever it is told to expect`, () => {
    const text = fc.string({ maxLength: 2, unit: fc.constantFrom('a', 'b', 'é', '\0') });
    const byte = fc.constantFrom(0, 0x61, 0x62, 0xc3, 0xa9, 0xe9);
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 3 }), text, (values, guess) => {
        const bytes = Uint8Array.from(values);
        const { length } = bytes;
        const decoded = utf8.decodeUtf8(bytes, 0, length);
        assert.equal(utf8.decodeUtf8(bytes, 0, length, guess), decoded);
        if (decoded !== undefined)
          assert.equal(utf8.decodeUtf8(bytes, 0, length, decoded), decoded);
      }),
      { numRuns: 2000 },
    );
  });

  test(`${name} writes U+FFFD for a lone surrogate, and counts it so`, () => {
    for (const text of ['\uD800', 'a\uDC00', '\uD800\uD800', '\uDC00\uD800', '\uD83D']) {
      const expected = new TextEncoder().encode(text);
      const target = new Uint8Array(expected.length);
      assert.equal(utf8.utf8Length(text), expected.length);
      assert.equal(utf8.writeUtf8(text, target, 0), expected.length);
      assert.equal(toHex(target), toHex(expected));
    }
  });
}

function testBothWays(utf8: Utf8, bytes: Uint8Array, text: string, pad: string): void {
  const padding = new TextEncoder().encode(pad);
  const source = new Uint8Array(bytes.length + padding.length + 2).fill(0xff);
  source.set(padding, 1);
  source.set(bytes, 1 + padding.length);
  const whole = pad + text;
  assert.equal(utf8.decodeUtf8(source, 1, source.length - 1), whole);
  assert.equal(utf8.utf8Length(whole), source.length - 2);

  const target = new Uint8Array(source.length).fill(0xff);
  assert.equal(utf8.writeUtf8(whole, target, 1), source.length - 1);
  assert.deepEqual(target, source);
}

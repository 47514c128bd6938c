/**
 * Bytes from hexadecimal digits. Spaces are ignored, and so is the rest of a line after `#`; what
 * stands in single quotes is ASCII text: `00 03 'a/b'  # topic`.
 */
export function hex(text: string): Uint8Array {
  const bytes: number[] = [];
  const tokens = text.replaceAll(/#[^\n']*$/gm, '').match(/'[^']*'|[0-9a-f]{2}|\S/gi) ?? [];
  for (const token of tokens) {
    if (token.startsWith("'")) {
      for (const char of token.slice(1, -1)) bytes.push(char.charCodeAt(0));
    } else if (token.length === 2) {
      bytes.push(Number.parseInt(token, 16));
    } else {
      throw new TypeError(`Hexadecimal text has ${token}`);
    }
  }
  return Uint8Array.from(bytes);
}

/** The inverse, for messages: `00 03 61`. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

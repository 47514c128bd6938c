import ipaddr from 'ipaddr.js';

/** A network as numbers: the bytes of the address and how many of its bits count. */
export interface Network {
  /** 4 or 16 bytes. An IPv4 address in the clothes of IPv6 (`::ffff:…`) is one of IPv4. */
  readonly bytes: readonly number[];
  readonly bits: number;
}

/** `192.0.2.1`, `2001:db8::/32`. @returns `undefined` if it is neither address nor network. */
export function parseNetwork(text: string): Network | undefined {
  const slash = text.indexOf('/');
  const written = slash < 0 ? text : text.slice(0, slash);
  const address = parseAddress(written);
  if (address === undefined) return undefined;
  const widest = address.length * 8;
  if (slash < 0) return { bytes: address, bits: widest };
  const digits = text.slice(slash + 1);
  const length = Number(digits);
  if (digits === '' || String(length) !== digits || !Number.isInteger(length)) return undefined;
  // `::ffff:10.0.0.0/104` is 10.0.0.0/8; with less than 96 bits it would be of both kinds.
  const isMapped = widest === 32 && written.includes(':');
  const bits = isMapped ? length - 96 : length;
  return bits >= 0 && bits <= widest ? { bytes: address, bits } : undefined;
}

/** @returns `undefined` if it is no address of the internet, as a transport of a test has. */
export function parseAddress(text: string): readonly number[] | undefined {
  // Only four decimal numbers: other notations of IPv4 are read differently by different programs.
  const isAddress = ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv6.isValid(text);
  return isAddress ? ipaddr.process(text).toByteArray() : undefined;
}

/** One text for all addresses of a network, to be looked up in a Map. */
export function networkKey(bytes: readonly number[], bits: number): string {
  const kept = bytes.map((byte, index) => byte & maskOf(bits - index * 8));
  return `${kept.join('.')}/${bits}`;
}

function maskOf(bits: number): number {
  if (bits >= 8) return 0xff;
  return bits <= 0 ? 0 : (0xff00 >> bits) & 0xff;
}

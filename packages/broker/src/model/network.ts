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
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === undefined) return undefined;
  const widest = address.length * 8;
  if (slash < 0) return { bytes: address, bits: widest };
  const digits = text.slice(slash + 1);
  const bits = Number(digits);
  const isLength = digits !== '' && String(bits) === digits && Number.isInteger(bits);
  return isLength && bits >= 0 && bits <= widest ? { bytes: address, bits } : undefined;
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

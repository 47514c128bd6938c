import { isIP, SocketAddress } from 'node:net';

/** What a proxy said in front of a connection. */
export interface ProxyHeader {
  /** Of the client; `undefined` if the proxy speaks for itself or does not tell. */
  readonly address: string | undefined;
  /** Bytes of the header. */
  readonly length: number;
}

/** PROXY protocol v1 fits 107 bytes, v2 here 16 + 512 with its extensions. */
export const PROXY_HEADER_BYTES_MAX = 528;

/**
 * Parses a PROXY protocol header, version 1 or 2.
 *
 * @returns `incomplete` if more bytes are needed, `invalid` if this can never become a header.
 */
export function parseProxyHeader(bytes: Buffer): ProxyHeader | 'incomplete' | 'invalid' {
  const compared = Math.min(bytes.length, V2_SIGNATURE.length);
  if (bytes.subarray(0, compared).equals(V2_SIGNATURE.subarray(0, compared))) return parseV2(bytes);
  const prefix = bytes.toString('latin1', 0, Math.min(bytes.length, V1_PREFIX.length));
  return V1_PREFIX.startsWith(prefix) ? parseV1(bytes) : 'invalid';
}

/** `PROXY TCP4 192.0.2.1 198.51.100.1 56324 1883\r\n` */
function parseV1(bytes: Buffer): ProxyHeader | 'incomplete' | 'invalid' {
  const end = bytes.indexOf('\r\n', 0, 'latin1');
  if (end < 0) return bytes.length >= V1_BYTES_MAX ? 'invalid' : 'incomplete';
  const length = end + 2;
  if (length > V1_BYTES_MAX) return 'invalid';
  const [, family = '', ...fields] = bytes.toString('latin1', 0, end).split(' ');
  if (family === 'UNKNOWN') return { address: undefined, length };
  const version = { TCP4: 4, TCP6: 6 }[family];
  const [source = '', destination = '', sourcePort = '', destinationPort = ''] = fields;
  const valid =
    fields.length === 4
    && isIP(source) === version
    && isIP(destination) === version
    && isPort(sourcePort)
    && isPort(destinationPort);
  return valid ? { address: canonical(source), length } : 'invalid';
}

function isPort(text: string): boolean {
  // tidy-allow no-regex: anchored and bounded, on a header of 107 bytes at most
  return /^(0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65_535;
}

/** Signature, version and command, family, length, then the addresses. */
function parseV2(bytes: Buffer): ProxyHeader | 'incomplete' | 'invalid' {
  if (bytes.length < 16) return 'incomplete';
  const versionAndCommand = bytes.readUInt8(12);
  const family = bytes.readUInt8(13) >> 4;
  const addressBytes = bytes.readUInt16BE(14);
  const length = 16 + addressBytes;
  if (versionAndCommand >> 4 !== 2 || length > PROXY_HEADER_BYTES_MAX) return 'invalid';
  if (bytes.length < length) return 'incomplete';
  const command = versionAndCommand & 0x0f;
  if (command === LOCAL) return { address: undefined, length };
  const needed = V2_ADDRESS_BYTES[family];
  if (command !== PROXY || needed === undefined || addressBytes < needed) return 'invalid';
  if (family === INET) return { address: [...bytes.subarray(16, 20)].join('.'), length };
  if (family === INET6) return { address: ipv6(bytes.subarray(16, 32)), length };
  return { address: undefined, length };
}

function ipv6(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) =>
    bytes.readUInt16BE(index * 2).toString(16),
  );
  return canonical(groups.join(':'));
}

/** One client has one address in the log, however its proxy wrote it. */
function canonical(address: string): string {
  return isIP(address) === 4 ? address : new SocketAddress({ address, family: 'ipv6' }).address;
}

const V1_PREFIX = 'PROXY ';
const V1_BYTES_MAX = 107;
const V2_SIGNATURE = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');
const LOCAL = 0;
const PROXY = 1;
const INET = 1;
const INET6 = 2;
/** By address family: unspecified, IPv4, IPv6, Unix. Others are not defined. */
const V2_ADDRESS_BYTES: readonly number[] = [0, 12, 36, 216];

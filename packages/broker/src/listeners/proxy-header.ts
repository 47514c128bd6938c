import { isIP, type Socket } from 'node:net';

/** What a proxy said in front of a connection. */
export interface ProxyHeader {
  /** Address of the client; `undefined` if the proxy speaks for itself (v1 UNKNOWN, v2 LOCAL). */
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

/**
 * Reads the header from a paused socket and calls back with what stood behind it. A connection
 * without a valid header, or without one in time, is destroyed: whoever reaches this port past the
 * proxy could otherwise claim any address.
 */
export function readProxyHeader(
  socket: Socket,
  done: (result: { address: string | undefined; rest: Buffer }) => void,
): void {
  let bytes = Buffer.alloc(0);
  const destroy = () => socket.destroy();
  const onData = (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    const header = parseProxyHeader(bytes);
    if (header === 'incomplete' && bytes.length < PROXY_HEADER_BYTES_MAX) return;
    socket.off('data', onData);
    socket.off('error', destroy);
    socket.off('timeout', destroy);
    socket.setTimeout(0);
    if (typeof header === 'string') {
      socket.destroy();
      return;
    }
    socket.pause();
    done({ address: header.address, rest: bytes.subarray(header.length) });
  };
  socket.on('data', onData);
  socket.on('error', destroy);
  socket.setTimeout(HEADER_TIMEOUT_MS, destroy);
  socket.resume();
}

/** `PROXY TCP4 192.0.2.1 198.51.100.1 56324 1883\r\n` */
function parseV1(bytes: Buffer): ProxyHeader | 'incomplete' | 'invalid' {
  const end = bytes.indexOf('\r\n', 0, 'latin1');
  if (end < 0) return bytes.length >= V1_BYTES_MAX ? 'invalid' : 'incomplete';
  const length = end + 2;
  if (length > V1_BYTES_MAX) return 'invalid';
  const [, family, address = ''] = bytes.toString('latin1', 0, end).split(' ');
  if (family === 'UNKNOWN') return { address: undefined, length };
  const version = { TCP4: 4, TCP6: 6 }[family ?? ''];
  return version !== undefined && isIP(address) === version ? { address, length } : 'invalid';
}

/** Signature, version and command, family, length, then the addresses. */
function parseV2(bytes: Buffer): ProxyHeader | 'incomplete' | 'invalid' {
  if (bytes.length < 16) return 'incomplete';
  const versionAndCommand = bytes.readUInt8(12);
  const family = bytes.readUInt8(13) >> 4;
  const length = 16 + bytes.readUInt16BE(14);
  if (versionAndCommand >> 4 !== 2 || length > PROXY_HEADER_BYTES_MAX) return 'invalid';
  if (bytes.length < length) return 'incomplete';
  if ((versionAndCommand & 0x0f) === 0) return { address: undefined, length };
  if ((versionAndCommand & 0x0f) !== 1) return 'invalid';
  if (family === 1 && length >= 16 + 12)
    return { address: [...bytes.subarray(16, 20)].join('.'), length };
  if (family === 2 && length >= 16 + 36) return { address: ipv6(bytes.subarray(16, 32)), length };
  return { address: undefined, length };
}

function ipv6(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) =>
    bytes.readUInt16BE(index * 2).toString(16),
  );
  return groups.join(':');
}

const V1_PREFIX = 'PROXY ';
const V1_BYTES_MAX = 107;
const V2_SIGNATURE = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');
const HEADER_TIMEOUT_MS = 5000;

import type { TlsOptions } from '@magpie/client';
import type { ConnectionFlags } from './connection-flags.js';
import { UsageError } from './usage-error.js';

/**
 * How TLS is spoken, without files: versions, ciphers, ALPN and a shared key.
 *
 * @throws {UsageError} if a flag cannot be understood, or two contradict each other.
 */
export async function tlsTermsOf(flags: ConnectionFlags): Promise<TlsOptions> {
  const { ciphers, keyform, tlsAlpn, tlsVersion } = flags;
  if (keyform !== undefined && keyform !== 'pem') {
    throw new UsageError(`--keyform can only be pem: it is '${keyform}'`);
  }
  return {
    ...(tlsVersion === undefined ? {} : { minVersion: versionOf(tlsVersion) }),
    ...(ciphers === undefined ? {} : { ciphers: await suitesOf(ciphers) }),
    ...(tlsAlpn === undefined ? {} : { alpn: protocolOf(tlsAlpn) }),
    ...sharedKeyOf(flags),
  };
}

/** It is the lowest that is spoken, as it is with mosquitto. */
function versionOf(text: string): TlsVersion {
  const version = VERSIONS.get(text);
  if (version !== undefined) return version;
  const known = [...VERSIONS.keys()].join(', ');
  throw new UsageError(`--tls-version must be one of ${known}: it is '${text}'`);
}

/**
 * OpenSSL keeps the suites of TLS 1.3 in a list of their own, which mosquitto leaves as it is.
 * Node.js would speak no TLS 1.3 where none of them is named.
 */
async function suitesOf(text: string): Promise<string> {
  const { createSecureContext } = await import('node:tls');
  const all = text.includes('TLS_') ? text : `${text}:${TLS_1_3_SUITES}`;
  try {
    createSecureContext({ ciphers: text });
    return all;
  } catch {
    throw new UsageError(`--ciphers has no cipher suite that OpenSSL knows: it is '${text}'`);
  }
}

function protocolOf(text: string): string {
  const { length } = Buffer.from(text);
  if (length >= 1 && length <= ALPN_BYTES_MAX) return text;
  throw new UsageError(`--tls-alpn must have 1 to ${ALPN_BYTES_MAX} bytes: it has ${length}`);
}

function sharedKeyOf({ psk, pskIdentity, ...flags }: ConnectionFlags): TlsOptions {
  if (psk === undefined && pskIdentity === undefined) return {};
  if (psk === undefined || pskIdentity === undefined) {
    throw new UsageError('A shared key needs its name: give --psk and --psk-identity');
  }
  const { cafile, capath, tlsUseOsCerts } = flags;
  if (cafile !== undefined || capath !== undefined || tlsUseOsCerts === true) {
    throw new UsageError('--psk stands for certificates: leave out --cafile and its like');
  }
  checkSharedKey('--psk', psk);
  return { psk: { identity: pskIdentity, key: Buffer.from(psk, 'hex') } };
}

/** @throws {UsageError} if a shared key is not written as bytes in hexadecimal. */
export function checkSharedKey(flag: string, key: string): void {
  if (!/^([\da-f]{2})+$/i.test(key)) throw new UsageError(`${flag} must be bytes in hexadecimal`);
}

type TlsVersion = NonNullable<TlsOptions['minVersion']>;

const VERSIONS: ReadonlyMap<string, TlsVersion> = new Map([
  ['tlsv1.3', 'TLSv1.3'],
  ['tlsv1.2', 'TLSv1.2'],
  ['tlsv1.1', 'TLSv1.1'],
]);
const TLS_1_3_SUITES = 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256';
/** RFC 7301, 3.1: its length is one byte. */
const ALPN_BYTES_MAX = 255;

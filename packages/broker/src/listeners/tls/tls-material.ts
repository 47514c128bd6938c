import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import type { TlsCertificateConfig, TlsConfig } from '../../config/broker-config.js';
import { pemBlocks } from './pem.js';
import { Revocations } from './revocations.js';

/** A file that TLS needs is missing, or is not what it should be. For the operator, one line. */
export class TlsFileError extends Error {
  override readonly name = 'TlsFileError';
}

/**
 * Everything that the files of a TLS listener hold, read and checked at one time: all of it is good
 * together, or none of it is used.
 */
export class TlsMaterial {
  /** For clients that ask for no name, or for one that no certificate has. */
  readonly options: SecureContextOptions;
  /** What the operator should know, e.g. that a certificate has expired. */
  readonly warnings: readonly string[];
  readonly #named: readonly NamedContext[];
  #revocations: Revocations | undefined;
  #authorities: readonly X509Certificate[] | undefined;

  private constructor(
    options: SecureContextOptions,
    named: readonly NamedContext[],
    warnings: readonly string[],
  ) {
    this.options = options;
    this.#named = named;
    this.warnings = warnings;
  }

  /**
   * @param wallMs The time that certificates are held against, in ms since 1970.
   * @throws {TlsFileError} naming the first file that cannot be used, and why.
   */
  static async read(config: TlsConfig, wallMs: number): Promise<TlsMaterial> {
    const shared: SecureContextOptions = {
      minVersion: config.minVersion === '1.3' ? 'TLSv1.3' : 'TLSv1.2',
      ...(config.ciphers !== undefined && { ciphers: config.ciphers }),
      ...(config.ca !== undefined && { ca: await readAuthorities(config.ca) }),
      ...(config.crl !== undefined && { crl: await readRevocations(config.crl) }),
    };
    const warnings: string[] = [];
    const own: { leaf: X509Certificate; options: SecureContextOptions }[] = [];
    for (const pair of [config, ...config.certificates]) {
      const { leaf, cert, key } = await readPair(pair);
      const problem = validityProblem(leaf, wallMs);
      if (problem !== undefined) warnings.push(`The certificate ${pair.cert} ${problem}`);
      own.push({ leaf, options: { ...shared, cert, key } });
    }
    const contexts = own.map(({ leaf, options }) => ({ leaf, context: contextOf(options) }));
    return new TlsMaterial(own[0]?.options ?? shared, contexts, warnings);
  }

  /** What the revocation lists say; read when it is asked for. */
  get revocations(): Revocations {
    const { crl } = this.options;
    this.#revocations ??= new Revocations([crl ?? []].flat().map(String));
    return this.#revocations;
  }

  /** Those that may issue certificates of clients; read when they are asked for. */
  get authorities(): readonly X509Certificate[] {
    const { ca } = this.options;
    this.#authorities ??= [ca ?? []].flat().map((pem) => new X509Certificate(pem));
    return this.#authorities;
  }

  /** The certificate for the name that a client asked for; `undefined`: the first one. */
  contextFor(serverName: string): SecureContext | undefined {
    return this.#named.find(({ leaf }) => covers(leaf, serverName))?.context;
  }
}

interface NamedContext {
  readonly leaf: X509Certificate;
  readonly context: SecureContext;
}

/** All files that a listener's TLS reads, each once. */
export function tlsFiles({ cert, key, ca, crl, certificates }: TlsConfig): string[] {
  const pairs = certificates.flatMap((pair) => [pair.cert, pair.key]);
  const all = [cert, key, ca, crl, ...pairs].filter((path) => path !== undefined);
  return [...new Set(all)];
}

async function readPair({ cert: certPath, key: keyPath }: TlsCertificateConfig) {
  const cert = await readText('certificate', certPath);
  const leaf = certificates(cert, certPath)[0];
  if (leaf === undefined) throw new TlsFileError(`There is no certificate in ${certPath}`);
  const key = await readText('key', keyPath);
  if (!leaf.checkPrivateKey(privateKey(key, keyPath))) {
    throw new TlsFileError(`The key ${keyPath} does not belong to the certificate ${certPath}`);
  }
  return { leaf, cert, key };
}

function privateKey(pem: string, path: string): KeyObject {
  if (pem.includes('ENCRYPTED')) {
    throw new TlsFileError(`The key ${path} is encrypted: give one without a passphrase`);
  }
  try {
    return createPrivateKey(pem);
  } catch {
    throw new TlsFileError(`There is no private key in ${path} that can be read`);
  }
}

async function readAuthorities(path: string): Promise<string[]> {
  const pem = await readText('authorities', path);
  if (certificates(pem, path).length === 0) {
    throw new TlsFileError(`There is no certificate in ${path}`);
  }
  return pemBlocks(pem, 'CERTIFICATE');
}

async function readRevocations(path: string): Promise<string[]> {
  const lists = pemBlocks(await readText('revocation list', path), 'X509 CRL');
  if (lists.length === 0) throw new TlsFileError(`There is no revocation list (CRL) in ${path}`);
  for (const crl of lists) {
    try {
      createSecureContext({ crl });
    } catch {
      throw new TlsFileError(`There is a revocation list in ${path} that cannot be read`);
    }
  }
  return lists;
}

function certificates(pem: string, path: string): X509Certificate[] {
  return pemBlocks(pem, 'CERTIFICATE').map((block, index) => {
    try {
      return new X509Certificate(block);
    } catch {
      throw new TlsFileError(`Certificate ${index + 1} in ${path} cannot be read`);
    }
  });
}

function contextOf(options: SecureContextOptions): SecureContext {
  try {
    return createSecureContext(options);
  } catch (error) {
    const { reason, message } = error as Error & { reason?: string };
    const about = options.ciphers === undefined ? '' : ` with ciphers ${options.ciphers}`;
    throw new TlsFileError(`TLS cannot be set up${about}: ${reason ?? message}`);
  }
}

function validityProblem(leaf: X509Certificate, wallMs: number): string | undefined {
  if (Date.parse(leaf.validTo) < wallMs) return `has expired: it was valid to ${leaf.validTo}`;
  if (Date.parse(leaf.validFrom) <= wallMs) return undefined;
  return `is not valid yet: it will be from ${leaf.validFrom}`;
}

function covers(leaf: X509Certificate, serverName: string): boolean {
  try {
    return leaf.checkHost(serverName) !== undefined;
  } catch {
    return false; // the name comes from the client and may be anything
  }
}

async function readText(what: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new TlsFileError(`Cannot read the ${what} ${path}: ${READ_FAILURES[code] ?? code}`);
  }
}

const READ_FAILURES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'reading it is not permitted',
  EPERM: 'reading it is not permitted',
};

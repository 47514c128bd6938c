import 'reflect-metadata'; // before @peculiar/x509, which wants it
import { randomBytes, type webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** A certificate and its key, in PEM. */
export interface CertificatePair {
  readonly cert: string;
  readonly key: string;
}

/** When a certificate is valid. */
export interface Validity {
  readonly from: Date;
  readonly until: Date;
}

/**
 * An authority for one machine or one test: a root that signs itself and issues certificates. Its
 * key is in memory; no revocation, no intermediate.
 */
export class CertificateAuthority {
  readonly #name: string;
  readonly #keys: webcrypto.CryptoKeyPair;
  /** The certificate of the authority, in PEM. */
  readonly certificate: string;

  private constructor(name: string, keys: webcrypto.CryptoKeyPair, certificate: string) {
    this.#name = name;
    this.#keys = keys;
    this.certificate = certificate;
  }

  static async create(name: string, validity: Validity): Promise<CertificateAuthority> {
    const keys = await newKeys();
    const certificate = await X509CertificateGenerator.createSelfSigned({
      serialNumber: serialNumber(),
      name: [{ CN: [name] }],
      notBefore: validity.from,
      notAfter: validity.until,
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      ],
    });
    return new CertificateAuthority(name, keys, pemOf(certificate));
  }

  /** The key of the authority: whoever has it can pose as any server. */
  key(): Promise<string> {
    return keyPem(this.#keys);
  }

  /** A certificate for a server. @param hosts Names and addresses; the first is its name. */
  issueServer(hosts: readonly string[], validity: Validity): Promise<CertificatePair> {
    const names = hosts.map((value) => {
      return { type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value };
    });
    return this.#issue(hosts[0] ?? 'server', validity, [
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(names),
    ]);
  }

  /** A certificate for a client. @param name Its common name, which can be its user name. */
  issueClient(name: string, validity: Validity): Promise<CertificatePair> {
    return this.#issue(name, validity, [
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]),
    ]);
  }

  async #issue(
    commonName: string,
    { from, until }: Validity,
    extensions: readonly Extension[],
  ): Promise<CertificatePair> {
    const keys = await newKeys();
    const certificate = await X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject: [{ CN: [commonName] }],
      issuer: [{ CN: [this.#name] }],
      notBefore: from,
      notAfter: until,
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      extensions: [new BasicConstraintsExtension(false), ...extensions],
    });
    return { cert: pemOf(certificate), key: await keyPem(keys) };
  }
}

function pemOf(certificate: { toString(format: 'pem'): string }): string {
  return `${certificate.toString('pem')}\n`;
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function keyPem({ privateKey }: webcrypto.CryptoKeyPair): Promise<string> {
  const bytes = await crypto.subtle.exportKey('pkcs8', privateKey);
  return `${PemConverter.encode(bytes, 'PRIVATE KEY')}\n`;
}

/** Positive, and nobody's twice (RFC 5280, 4.1.2.2). */
function serialNumber(): string {
  return `01${randomBytes(15).toString('hex')}`;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

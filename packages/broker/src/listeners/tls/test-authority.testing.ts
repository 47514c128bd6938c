/**
 * Certificates as tests need them, made in this process: an authority with a root and an
 * intermediate, good certificates of theirs, and bad ones of every kind.
 */
import 'reflect-metadata'; // before @peculiar/x509, which wants it
import type { webcrypto } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  type Extension,
  ExtendedKeyUsageExtension,
  type JsonGeneralNames,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  X509CrlGenerator,
} from '@peculiar/x509';

type Keys = webcrypto.CryptoKeyPair;

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 24 * 3600 * 1000;

export interface Wish {
  readonly commonName?: string | readonly string[];
  readonly names?: JsonGeneralNames;
  /** Days from now; by default from yesterday to tomorrow. */
  readonly fromDay?: number;
  readonly toDay?: number;
  readonly usage?: 'server' | 'client';
}

/** A certificate with its chain, without the root, and its key: PEM. */
export interface Issued {
  readonly cert: string;
  readonly key: string;
  readonly serialNumber: string;
}

/** An authority: the root, or one that another has made. */
export class TestAuthority {
  readonly name: string;
  readonly #keys: Keys;
  /** Its own certificate and those above it, but for the root. */
  readonly #chain: string;
  readonly #certificate: string;
  #lastSerial = 0;

  private constructor(name: string, keys: Keys, certificate: string, chain: string) {
    this.name = name;
    this.#keys = keys;
    this.#certificate = certificate;
    this.#chain = chain;
  }

  /** A root that signs itself. */
  static async root(name = 'Root'): Promise<TestAuthority> {
    const keys = await newKeys();
    const certificate = await X509CertificateGenerator.createSelfSigned({
      serialNumber: '01',
      name: [{ CN: [name] }],
      ...validity({}),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: authorityExtensions(),
    });
    return new TestAuthority(name, keys, certificate.toString('pem'), '');
  }

  /** Its certificate, for `ca`. */
  get certificate(): string {
    return this.#certificate;
  }

  /** An authority below this one. */
  async intermediate(name = 'Intermediate'): Promise<TestAuthority> {
    const keys = await newKeys();
    const certificate = await this.#sign(name, keys, {}, authorityExtensions());
    const pem = `${certificate.toString('pem')}\n`;
    return new TestAuthority(name, keys, pem, `${pem}${this.#chain}`);
  }

  async issue(wish: Wish = {}): Promise<Issued> {
    const { commonName = 'localhost', names = [], usage = 'client' } = wish;
    const keys = await newKeys();
    const certificate = await this.#sign(commonName, keys, wish, [
      new BasicConstraintsExtension(false),
      new ExtendedKeyUsageExtension([
        usage === 'server' ? ExtendedKeyUsage.serverAuth : ExtendedKeyUsage.clientAuth,
      ]),
      ...(names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names)]),
    ]);
    return {
      cert: `${certificate.toString('pem')}\n${this.#chain}`,
      key: await keyPem(keys),
      serialNumber: certificate.serialNumber,
    };
  }

  /** The list of its certificates that it has revoked. */
  async revocations(revoked: readonly Issued[] = [], toDay = 1): Promise<string> {
    const list = await X509CrlGenerator.create({
      issuer: `CN=${this.name}`,
      thisUpdate: new Date(Date.now() + Math.min(toDay - 1, -1) * DAY_MS),
      nextUpdate: new Date(Date.now() + toDay * DAY_MS),
      entries: revoked.map(({ serialNumber }) => ({ serialNumber, revocationDate: new Date() })),
      signingAlgorithm: ALGORITHM,
      signingKey: this.#keys.privateKey,
    });
    return `${PemConverter.encode(list.rawData, 'X509 CRL')}\n`;
  }

  async #sign(
    commonName: string | readonly string[],
    keys: Keys,
    wish: Wish,
    extensions: Extension[],
  ) {
    return X509CertificateGenerator.create({
      serialNumber: (++this.#lastSerial + 0x10).toString(16),
      subject: [{ CN: [commonName].flat() }],
      issuer: [{ CN: [this.name] }],
      ...validity(wish),
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      extensions,
    });
  }
}

/** A certificate that its holder has signed. */
export async function selfSigned(commonName: string): Promise<Issued> {
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: [{ CN: [commonName] }],
    ...validity({}),
    signingAlgorithm: ALGORITHM,
    keys,
  });
  return { cert: `${certificate.toString('pem')}\n`, key: await keyPem(keys), serialNumber: '01' };
}

/** Files in a folder that goes with the test. */
export class TestFiles {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async make(t: TestContext): Promise<TestFiles> {
    const folder = await mkdtemp(join(tmpdir(), 'magpie-tls-'));
    t.after(() => rm(folder, { recursive: true }));
    return new TestFiles(folder);
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Writes it. @returns Its path. */
  async write(name: string, text: string): Promise<string> {
    const path = this.path(name);
    await writeFile(path, text);
    return path;
  }

  /** Writes certificate and key. @returns Their paths. */
  async pair(name: string, { cert, key }: Issued): Promise<{ cert: string; key: string }> {
    return {
      cert: await this.write(`${name}.crt`, cert),
      key: await this.write(`${name}.key`, key),
    };
  }
}

function newKeys(): Promise<Keys> {
  return crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function keyPem({ privateKey }: Keys): Promise<string> {
  return PemConverter.encode(await crypto.subtle.exportKey('pkcs8', privateKey), 'PRIVATE KEY');
}

function validity({ fromDay = -1, toDay = 1 }: Wish): { notBefore: Date; notAfter: Date } {
  const nowMs = Date.now();
  return {
    notBefore: new Date(nowMs + fromDay * DAY_MS),
    notAfter: new Date(nowMs + toDay * DAY_MS),
  };
}

function authorityExtensions() {
  return [
    new BasicConstraintsExtension(true, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
  ];
}

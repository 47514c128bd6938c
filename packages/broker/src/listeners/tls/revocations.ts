import { DER, DerReader } from './der-reader.js';
import { pemBlocks } from './pem.js';

/**
 * What revocation lists (RFC 5280, section 5) say, to be held against connections that stand:
 * OpenSSL looks at a list in the handshake only.
 */
export class Revocations {
  /** Serial numbers in hexadecimal, by their issuer. */
  readonly #serials = new Map<string, Set<string>>();

  /**
   * @param lists PEM texts. Whether the issuer has signed them is not looked at: they are files of
   * the operator's, and OpenSSL looks at it in the handshake.
   * @throws {RangeError} if one is none.
   */
  constructor(lists: readonly string[]) {
    for (const list of lists.flatMap((text) => pemBlocks(text, 'X509 CRL'))) this.#add(derOf(list));
  }

  /** Certificates on the lists. */
  get size(): number {
    let size = 0;
    for (const serials of this.#serials.values()) size += serials.size;
    return size;
  }

  /**
   * The first certificate of a chain that is on a list.
   *
   * @param chain DER, the client's own first.
   * @returns Its serial number in hexadecimal; `undefined` if none is.
   * @throws {RangeError} if one is no certificate.
   */
  firstOf(chain: readonly Buffer[]): string | undefined {
    for (const certificate of chain) {
      // Certificate ::= { tbsCertificate { [0] version, serialNumber, signature, issuer, … } … }
      const signed = new DerReader(certificate).inside(DER.sequence).inside(DER.sequence);
      signed.skip(DER.version);
      const serial = signed.content(DER.integer).toString('hex');
      signed.skip(DER.sequence);
      if (this.#serials.get(nameKey(signed))?.has(serial) === true) return serial;
    }
    return undefined;
  }

  #add(list: Buffer): void {
    // CertificateList ::= { tbsCertList { version?, signature, issuer, thisUpdate, nextUpdate?,
    // revokedCertificates?, [0] extensions? } … }
    const signed = new DerReader(list).inside(DER.sequence).inside(DER.sequence);
    signed.skip(DER.integer);
    signed.skip(DER.sequence);
    const issuer = nameKey(signed);
    const serials = this.#serials.get(issuer) ?? new Set();
    this.#serials.set(issuer, serials);
    signed.skip(DER.utcTime, DER.generalizedTime);
    signed.skip(DER.utcTime, DER.generalizedTime);
    if (signed.tag !== DER.sequence) return; // an empty list
    const entries = signed.inside(DER.sequence);
    while (entries.tag !== undefined) {
      serials.add(entries.inside(DER.sequence).content(DER.integer).toString('hex'));
    }
  }
}

/**
 * The name that comes next, so that two that mean the same are the same: not their string types and
 * not upper and lower case (RFC 5280, section 7.1).
 */
function nameKey(reader: DerReader): string {
  const parts: string[] = [];
  const name = reader.inside(DER.sequence);
  while (name.tag !== undefined) {
    const attributes = name.inside(DER.set);
    while (attributes.tag !== undefined) {
      const attribute = attributes.inside(DER.sequence);
      const type = attribute.content().toString('hex');
      parts.push(`${type}=${attribute.content().toString('utf8').trim().toLowerCase()}`);
    }
  }
  return JSON.stringify(parts);
}

function derOf(pem: string): Buffer {
  const lines = pem.split('\n').filter((line) => !line.startsWith('-----'));
  return Buffer.from(lines.join(''), 'base64');
}

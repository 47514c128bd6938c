import type { PeerCertificate, TLSSocket } from 'node:tls';
import type { ClientCertificate } from '../../model/client-certificate.js';
import { identityProblem } from '../../model/identity-name.js';

/** What came of a handshake that asked for a certificate. */
export type CertificateVerdict =
  | { readonly certificate: ClientCertificate | undefined }
  | { readonly refused: string };

/**
 * The certificate that the client of a finished handshake has shown, if it is good.
 *
 * @param required Whether a client without one is refused.
 */
export function peerCertificate(socket: TLSSocket, required: boolean): CertificateVerdict {
  const peer = socket.getPeerCertificate();
  // Node gives an object without keys where there is none.
  if (Object.keys(peer).length === 0) {
    return required ? { refused: 'no client certificate' } : { certificate: undefined };
  }
  if (!socket.authorized) {
    const code = String(socket.authorizationError);
    return { refused: `client certificate: ${VERIFY_FAILURES[code] ?? code}` };
  }
  const certificate = clientCertificateOf(peer);
  for (const name of certificate.commonNames) {
    const problem = identityProblem(name);
    if (problem !== undefined) return { refused: `client certificate: of its CN, ${problem}` };
  }
  return { certificate };
}

function clientCertificateOf(peer: PeerCertificate): ClientCertificate {
  const commonName: unknown = peer.subject.CN;
  const { dnsNames, emails } = alternativeNames(peer.subjectaltname ?? '');
  return {
    commonNames: [commonName].flat().filter((name) => typeof name === 'string'),
    dnsNames,
    emails,
    fingerprint: peer.fingerprint256,
  };
}

/**
 * Reads `DNS:a.example, email:"x, DNS:y"`: Node puts a name with a special character in quotes, as
 * JSON, so that no name can look like two.
 */
export function alternativeNames(text: string): { dnsNames: string[]; emails: string[] } {
  const found: Record<string, string[]> = { DNS: [], email: [] };
  let at = 0;
  while (at < text.length) {
    const colon = text.indexOf(':', at);
    if (colon < 0) break;
    const type = text.slice(at, colon);
    const quoted = text[colon + 1] === '"';
    const end = quoted ? closingQuote(text, colon + 1) + 1 : text.indexOf(', ', colon);
    const value = text.slice(colon + 1, end < 1 ? text.length : end);
    const name = quoted ? unquoted(value) : value;
    if (name !== undefined) found[type]?.push(name);
    at = end < 1 ? text.length : end + 2;
  }
  return { dnsNames: found['DNS'] ?? [], emails: found['email'] ?? [] };
}

function closingQuote(text: string, opening: number): number {
  for (let at = opening + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at;
  }
  return text.length;
}

function unquoted(value: string): string | undefined {
  try {
    return JSON.parse(value) as string;
  } catch {
    return undefined;
  }
}

/** What OpenSSL calls a chain that does not hold, in words. */
const VERIFY_FAILURES: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet',
  CERT_REVOKED: 'it was revoked',
  CRL_HAS_EXPIRED: 'the revocation list (crl) has expired: replace it',
  CRL_NOT_YET_VALID: 'the revocation list (crl) is not valid yet',
  UNABLE_TO_GET_CRL: 'the revocation list (crl) of its authority is missing',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'its authority is not one of ca',
  UNABLE_TO_GET_ISSUER_CERT: 'its authority is not one of ca',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its authority is not one of ca',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its authority is not one of ca',
  CERT_SIGNATURE_FAILURE: 'its authority only has the name of one of ca',
  INVALID_PURPOSE: 'it is not for clients',
};

import type { ClientCertificate } from '../model/client-certificate.js';
import { identityProblem } from '../model/identity-name.js';
import type { ChainAuthenticator, Verdict } from './authenticator-chain.js';
import type { Credentials } from './authenticator.js';

/** Which name in a certificate is the user's. */
export type CertificateName = 'CN' | 'DNS' | 'email';

/**
 * Takes the user from the client certificate, which the listener has checked. What the client says
 * its name is does not count. A certificate with none or several names of this kind is refused.
 */
export class CertificateAuthenticator implements ChainAuthenticator {
  readonly #kind: CertificateName;

  constructor(kind: CertificateName) {
    this.#kind = kind;
  }

  authenticate({ certificate }: Credentials): Verdict {
    if (certificate === undefined) return 'next';
    const [username, ...more] = namesOf(certificate, this.#kind);
    if (username === undefined || more.length > 0 || identityProblem(username) !== undefined) {
      return { allowed: false, why: 'not-authorized' };
    }
    return { allowed: true, username };
  }
}

function namesOf(certificate: ClientCertificate, kind: CertificateName): readonly string[] {
  if (kind === 'CN') return certificate.commonNames;
  return kind === 'DNS' ? certificate.dnsNames : certificate.emails;
}

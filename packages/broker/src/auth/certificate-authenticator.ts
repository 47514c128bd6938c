import type { ClientCertificate } from '../model/client-certificate.js';
import { identityProblem } from '../model/identity-name.js';
import type { ChainAuthenticator, Verdict } from './authenticator-chain.js';
import type { Admittance, Credentials } from './authenticator.js';

/** Which name in a certificate is the user's. */
export type CertificateName = 'CN' | 'DNS' | 'email';

/**
 * Takes the user from the client certificate, which the listener has checked. What the client says
 * its name is does not count. A certificate with none or several names of this kind is refused.
 */
export class CertificateAuthenticator implements ChainAuthenticator {
  readonly name = 'certificate';
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
    return { allowed: true, username, stamp: this.#kind };
  }

  /** Not whose name was of another kind. Revoked certificates are the listener's to know. */
  stillAdmits(_username: string | undefined, { stamp }: Admittance): boolean {
    return stamp === this.#kind;
  }
}

function namesOf(certificate: ClientCertificate, kind: CertificateName): readonly string[] {
  if (kind === 'CN') return certificate.commonNames;
  return kind === 'DNS' ? certificate.dnsNames : certificate.emails;
}

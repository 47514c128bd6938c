import type { ClientCertificate } from './client-certificate.js';

/** Whose a session is: of the client that opened it. */
export interface SessionOwner {
  /** The name the authenticator vouched for; `undefined`: nobody was vouched for (anonymous). */
  readonly username: string | undefined;
}

/** Who is at the other end, as far as it has been established. */
export interface Principal {
  readonly clientId: string;
  /** The name that authentication vouches for; `undefined` for an anonymous client. */
  readonly username: string | undefined;
  /** Network address of the peer, or of the client behind a proxy that told it. */
  readonly address: string;
  /** What the client has shown at the TLS handshake, and the listener has checked. */
  readonly certificate?: ClientCertificate | undefined;
}

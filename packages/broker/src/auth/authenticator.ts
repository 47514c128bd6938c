import type { ClientCertificate } from '../model/client-certificate.js';

/** What a client says of itself in CONNECT. The bytes are valid only while the call runs. */
export interface Credentials {
  readonly clientId: string;
  readonly username: string | undefined;
  readonly password: Uint8Array | undefined;
  readonly address: string;
  /** What it has shown at the TLS handshake, and the listener has checked. */
  readonly certificate?: ClientCertificate | undefined;
}

/** A yes, with what it rests on. */
export interface Admittance {
  readonly allowed: true;
  /** The name that is vouched for; by default the one in CONNECT, unless `anonymous`. */
  readonly username?: string;
  /** Nobody vouches for a name: what the client says its name is does not count. */
  readonly anonymous?: boolean;
  /** When what was shown ceases to hold, in ms since 1970: the connection is closed then. */
  readonly expiresAtMs?: number;
  /** Largest packet that the client can take, in bytes; see `clientPacketBytesMax`. */
  readonly packetBytesMax?: number;
  /** Which of several has said yes; for {@link Authenticator.stillAdmits}. */
  readonly by?: string;
  /** What was held against what the client has shown: if that is another now, it is no yes. */
  readonly stamp?: string;
}

/**
 * `bad-credentials` answers CONNACK 4, `not-authorized`, `banned` and `too-many-failures` answer 5,
 * `unavailable` and `too-many-connects` 3.
 */
export type AuthenticationResult =
  | Admittance
  | {
      readonly allowed: false;
      readonly why:
        | 'bad-credentials'
        | 'not-authorized'
        | 'too-many-failures'
        | 'too-many-connects'
        | 'banned'
        | 'unavailable';
    };

/** Decides who may connect. A promise keeps only that one client waiting. */
export interface Authenticator {
  /** A rejection or an exception refuses the client with CONNACK 3 and is logged. */
  authenticate(credentials: Credentials): AuthenticationResult | Promise<AuthenticationResult>;
  /**
   * `false`: it lets in nobody without a name, ever. Then sessions that such clients have left from
   * before are nobody's, and who comes first with a name gets them.
   */
  readonly admitsAnonymous?: boolean;
  /**
   * Whether it would still let in whom an earlier authenticator let in, as far as it can tell
   * without what the client has shown. Asked when it takes the place of that one. Without this
   * method everybody may stay.
   *
   * @param username The name that was vouched for.
   */
  stillAdmits?(username: string | undefined, admittance: Admittance): boolean;
}

/** Lets everybody in. Fit for loopback, and what the broker does unless told otherwise. */
export class AllowAnonymous implements Authenticator {
  authenticate(): AuthenticationResult {
    return ALLOWED;
  }
}

const ALLOWED: AuthenticationResult = { allowed: true, anonymous: true };

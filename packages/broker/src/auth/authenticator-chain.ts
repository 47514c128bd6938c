import type {
  Admittance,
  AuthenticationResult,
  Authenticator,
  Credentials,
} from './authenticator.js';

/** What one of a chain says; `next`: it knows nothing of this client, another may. */
export type Verdict = AuthenticationResult | 'next';

/** One authenticator of an {@link AuthenticatorChain}. */
export interface ChainAuthenticator {
  /**
   * The bytes of the credentials are valid only until it returns. A rejection or an exception
   * refuses the client: nobody behind it is asked.
   */
  authenticate(credentials: Credentials): Verdict | Promise<Verdict>;
  /** Its key in the configuration. */
  readonly name?: string;
  /** Lets go of what it holds open: a connection to a database. */
  close?(): Promise<void>;
  /** Whether it ever lets somebody in without a name. */
  readonly admitsAnonymous?: boolean;
  /** {@link Authenticator.stillAdmits}, of what one of its {@link name} has admitted. */
  stillAdmits?(username: string | undefined, admittance: Admittance): boolean;
}

/**
 * Asks one authenticator after the other; the first that says yes or no decides. Who is known to
 * none of them is refused: with a name as for a wrong password, without one as not authorized.
 */
export class AuthenticatorChain implements Authenticator {
  readonly #links: readonly ChainAuthenticator[];

  constructor(links: readonly ChainAuthenticator[]) {
    this.#links = links;
  }

  get admitsAnonymous(): boolean {
    return this.#links.some((link) => link.admitsAnonymous === true);
  }

  authenticate(given: Credentials): AuthenticationResult | Promise<AuthenticationResult> {
    // Those behind one that takes its time are asked when the bytes of the CONNECT are gone.
    const { password } = given;
    const credentials = { ...given, password: password && new Uint8Array(password) };
    return this.#ask(credentials, 0);
  }

  /** Lets go of what its authenticators hold open; it is not asked any more. */
  async close(): Promise<void> {
    await Promise.all(this.#links.map(async (link) => link.close?.()));
  }

  stillAdmits(username: string | undefined, admittance: Admittance): boolean {
    const link = this.#links.find(({ name }) => name === admittance.by);
    return link !== undefined && (link.stillAdmits?.(username, admittance) ?? true);
  }

  #ask(
    credentials: Credentials,
    from: number,
  ): AuthenticationResult | Promise<AuthenticationResult> {
    for (let at = from; at < this.#links.length; at++) {
      const link = this.#links[at];
      const verdict = link?.authenticate(credentials) ?? 'next';
      if (verdict instanceof Promise) {
        return verdict.then((late) => {
          return late === 'next' ? this.#ask(credentials, at + 1) : said(late, link);
        });
      }
      if (verdict !== 'next') return said(verdict, link);
    }
    return credentials.username === undefined ? NOT_AUTHORIZED : BAD_CREDENTIALS;
  }
}

function said(
  result: AuthenticationResult,
  link: ChainAuthenticator | undefined,
): AuthenticationResult {
  const by = link?.name;
  return result.allowed && by !== undefined ? { ...result, by } : result;
}

/** Lets those in who give no name. The last of a chain, where everybody may come. */
export class NamelessAuthenticator implements ChainAuthenticator {
  readonly name = 'anonymous';
  readonly admitsAnonymous = true;

  authenticate({ username }: Credentials): Verdict {
    return username === undefined ? { allowed: true, anonymous: true } : 'next';
  }
}

const NOT_AUTHORIZED: AuthenticationResult = { allowed: false, why: 'not-authorized' };
const BAD_CREDENTIALS: AuthenticationResult = { allowed: false, why: 'bad-credentials' };

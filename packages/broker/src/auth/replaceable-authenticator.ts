import type {
  Admittance,
  AuthenticationResult,
  Authenticator,
  Credentials,
} from './authenticator.js';

/** Asks an authenticator that can be replaced by another while clients are connected. */
export class ReplaceableAuthenticator implements Authenticator {
  #current: Authenticator;

  constructor(current: Authenticator) {
    this.#current = current;
  }

  get admitsAnonymous(): boolean {
    return this.#current.admitsAnonymous ?? true;
  }

  /** It is asked from the next login on; what was asked before still gets its answer. */
  replace(next: Authenticator): void {
    this.#current = next;
  }

  authenticate(credentials: Credentials): AuthenticationResult | Promise<AuthenticationResult> {
    return this.#current.authenticate(credentials);
  }

  stillAdmits(username: string | undefined, admittance: Admittance): boolean {
    return this.#current.stillAdmits?.(username, admittance) ?? true;
  }
}

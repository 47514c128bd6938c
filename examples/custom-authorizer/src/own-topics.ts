import type {
  AuthenticationResult,
  Authenticator,
  Authorizer,
  Credentials,
  Principal,
} from '@magpie/broker';

/** The account that may do everything. */
const ADMIN = 'admin';
const NONE = new Uint8Array(0);

/** Knows each user by a secret. Names are our own: none has a `/`, `+` or `#`. */
export class Secrets implements Authenticator {
  readonly #byName: ReadonlyMap<string, string>;

  constructor(secrets: Readonly<Record<string, string>>) {
    this.#byName = new Map(Object.entries(secrets));
  }

  authenticate({ username = '', password = NONE }: Credentials): AuthenticationResult {
    const known = this.#byName.get(username);
    const allowed = known !== undefined && known === Buffer.from(password).toString();
    return allowed ? { allowed } : { allowed, why: 'bad-credentials' };
  }
}

/**
 * Each user owns the topics below `users/NAME/`, and everybody reads `news/…`.
 *
 * The broker asks once per message and once per subscription. A plain boolean is the fast way; a
 * promise lets only that one client wait.
 */
export class OwnTopics implements Authorizer {
  mayPublish({ username }: Principal, topic: string): boolean {
    return owns(username, topic);
  }

  /**
   * A filter is allowed if everything it can match is. Here that is easy to see: its first levels
   * have to be there literally, so that `users/+/inbox` and `#` are not.
   */
  maySubscribe({ username }: Principal, filter: string): boolean {
    return owns(username, filter) || filter.startsWith('news/');
  }
}

/** @param username undefined for somebody whom no authenticator has vouched for */
function owns(username: string | undefined, topicOrFilter: string): boolean {
  if (username === undefined) return false;
  return username === ADMIN || topicOrFilter.startsWith(`users/${username}/`);
}

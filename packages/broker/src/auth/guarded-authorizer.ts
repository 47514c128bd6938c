import type { QoS } from '@magpie/protocol';
import type { Principal } from '../model/principal.js';
import type { Authorizer } from './authorizer.js';

/** The program's authorizer threw, rejected, or answered neither yes nor no. */
export class AuthorizerFailure extends Error {
  override readonly name = 'AuthorizerFailure';

  constructor(cause: unknown) {
    super('The authorizer failed', { cause });
  }
}

/**
 * The program's authorizer, its faults named: whatever goes wrong in it comes out as an
 * {@link AuthorizerFailure}, so that nobody takes it for a fault of the broker or of the client.
 */
export class GuardedAuthorizer implements Authorizer {
  readonly #authorizer: Authorizer;

  constructor(authorizer: Authorizer) {
    this.#authorizer = authorizer;
  }

  mayPublish(
    client: Principal,
    topic: string,
    qos: QoS,
    retain: boolean,
  ): boolean | Promise<boolean> {
    return guarded(() => this.#authorizer.mayPublish(client, topic, qos, retain));
  }

  maySubscribe(client: Principal, filter: string, qos: QoS): boolean | Promise<boolean> {
    return guarded(() => this.#authorizer.maySubscribe(client, filter, qos));
  }
}

function guarded(ask: () => boolean | Promise<boolean>): boolean | Promise<boolean> {
  let answer: unknown;
  try {
    answer = ask();
  } catch (error) {
    throw new AuthorizerFailure(error);
  }
  if (!(answer instanceof Promise)) return checked(answer);
  return answer.then(checked, (error: unknown) => {
    throw new AuthorizerFailure(error);
  });
}

/** A program in JavaScript may answer anything. */
function checked(answer: unknown): boolean {
  if (typeof answer === 'boolean') return answer;
  const problem = `An authorizer must answer true or false: it answered ${typeof answer}`;
  throw new AuthorizerFailure(new TypeError(problem));
}

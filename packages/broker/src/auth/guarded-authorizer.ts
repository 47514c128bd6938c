import type { QoS } from '@magpie/protocol';
import type { Principal } from '../model/principal.js';
import type { Authorizer, PublishAnswer, SubscribeAnswer } from './authorizer.js';

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
  ): PublishAnswer | Promise<PublishAnswer> {
    return guarded(() => this.#authorizer.mayPublish(client, topic, qos, retain), isPublishAnswer);
  }

  maySubscribe(
    client: Principal,
    filter: string,
    qos: QoS,
  ): SubscribeAnswer | Promise<SubscribeAnswer> {
    return guarded(() => this.#authorizer.maySubscribe(client, filter, qos), isSubscribeAnswer);
  }

  /** Whatever goes wrong is a no: it is asked in the middle of routing, where nobody can wait. */
  mayDeliver(client: Principal, topic: string): boolean {
    const authorizer = this.#authorizer;
    if (authorizer.mayDeliver === undefined) return true;
    try {
      const answer: unknown = authorizer.mayDeliver(client, topic);
      return answer === true;
    } catch {
      return false;
    }
  }
}

function guarded<T>(
  ask: () => T | Promise<T>,
  isAnswer: (answer: unknown) => answer is T,
): T | Promise<T> {
  let answer: unknown;
  try {
    answer = ask();
  } catch (error) {
    throw new AuthorizerFailure(error);
  }
  if (!(answer instanceof Promise)) return checked(answer, isAnswer);
  return answer.then(
    (value: unknown) => checked(value, isAnswer),
    (error: unknown) => {
      throw new AuthorizerFailure(error);
    },
  );
}

/** A program in JavaScript may answer anything. */
function checked<T>(answer: unknown, isAnswer: (answer: unknown) => answer is T): T {
  if (isAnswer(answer)) return answer;
  const problem = `An authorizer must answer true, false or a denial: it answered ${typeof answer}`;
  throw new AuthorizerFailure(new TypeError(problem));
}

function isPublishAnswer(answer: unknown): answer is PublishAnswer {
  if (typeof answer === 'boolean') return true;
  return typeof answer === 'object' && answer !== null && 'rule' in answer;
}

function isSubscribeAnswer(answer: unknown): answer is SubscribeAnswer {
  return answer === 'checked' || isPublishAnswer(answer);
}

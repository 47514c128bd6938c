import type { Authorizer } from '@magpie/broker';
import type { Random } from '../random.js';
import type { SimulatedClock } from './simulated-clock.js';

/** What nobody may publish or subscribe to. */
export function isForbidden(topicOrFilter: string): boolean {
  return topicOrFilter.startsWith('secret');
}

/** The authorizer of a world: answers at once, or takes its time. */
export function authorizerFor(slow: boolean, clock: SimulatedClock, random: Random): Authorizer {
  const answer = (topicOrFilter: string): boolean | Promise<boolean> => {
    const allowed = !isForbidden(topicOrFilter);
    if (!slow || random.chance(0.5)) return allowed;
    return new Promise((resolve) => {
      clock.after(random.within(0, ANSWER_MS_MAX), () => resolve(allowed));
    });
  };
  return {
    mayPublish: (_principal, topic) => answer(topic),
    maySubscribe: (_principal, filter) => answer(filter),
  };
}

const ANSWER_MS_MAX = 50;

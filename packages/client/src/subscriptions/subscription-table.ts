import { matches } from '@magpie/protocol';
import { matchedFilter } from '../session/matched-filter.js';
import type { Consumer } from './subscription.js';

/**
 * Which subscriptions a message is for. A client has few, so a message is matched against each, and
 * the answer is kept by topic until a subscription comes or goes.
 */
export class SubscriptionTable {
  #subscriptions: Set<Consumer> | undefined;
  /** Made when a message arrives. */
  #routes: Map<string, readonly Consumer[]> | undefined;

  add(subscription: Consumer): void {
    (this.#subscriptions ??= new Set()).add(subscription);
    this.#routes = undefined;
  }

  /** @returns Whether another subscription has the same filter. */
  remove(subscription: Consumer): boolean {
    this.#subscriptions?.delete(subscription);
    this.#routes = undefined;
    return this.of(subscription.filter).length > 0;
  }

  /** Those with this filter, as it was asked for; all without one. */
  of(filter: string | undefined): readonly Consumer[] {
    const all = [...(this.#subscriptions ?? [])];
    return filter === undefined ? all : all.filter((one) => one.filter === filter);
  }

  /** Those that a message with this topic is for. */
  matching(topic: string): readonly Consumer[] {
    const routes = (this.#routes ??= new Map<string, readonly Consumer[]>());
    let route = routes.get(topic);
    if (route === undefined) {
      route = this.of(undefined).filter(({ filter }) => matches(matchedFilter(filter), topic));
      if (routes.size >= ROUTES_MAX) routes.clear();
      routes.set(topic, route);
    }
    return route;
  }
}

/** Topics whose routes are kept. */
const ROUTES_MAX = 1000;

import { matches } from '@magpie/protocol';
import { matchedFilter } from '../session/matched-filter.js';
import type { Receipt } from '../session/receipt.js';
import type { Consumer } from './subscription.js';

/**
 * Which subscriptions a message is for. A client has few, so a message is matched against each, and
 * the answer is kept by topic until a subscription comes or goes.
 */
export class SubscriptionTable {
  #subscriptions: Map<Consumer, string> | undefined;
  /** Made when a message arrives. */
  #routes: Map<string, readonly Consumer[]> | undefined;

  add(subscription: Consumer): void {
    const { filter } = subscription;
    (this.#subscriptions ??= new Map()).set(subscription, matchedFilter(filter));
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
    const all = [...(this.#subscriptions?.keys() ?? [])];
    return filter === undefined ? all : all.filter((one) => one.filter === filter);
  }

  /**
   * Hands a message to all it is for. The caller holds it meanwhile, or the first to be done would
   * have it acknowledged.
   *
   * @returns Whether it was for anybody.
   */
  deliver(receipt: Receipt): boolean {
    const { topic } = receipt;
    const routes = (this.#routes ??= new Map<string, readonly Consumer[]>());
    let route = routes.get(topic);
    if (route === undefined) {
      route = [...(this.#subscriptions ?? [])].flatMap(([one, filter]) =>
        matches(filter, topic) ? [one] : [],
      );
      if (routes.size >= ROUTES_MAX) routes.clear();
      routes.set(topic, route);
    }
    for (const subscription of route) subscription.push(receipt);
    return route.length > 0;
  }
}

/** Topics whose routes are kept. */
const ROUTES_MAX = 1000;

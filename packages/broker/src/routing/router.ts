import type { QoS } from '@magpie/protocol';
import type { ShareGroup } from './share-group.js';
import type { Subscriber, Subscription } from './subscriber.js';
import { SubscriptionIndex } from './subscription-index.js';

/** Where messages on one topic go. Valid while the generation of the index is the same. */
export interface Route {
  generation: number;
  /** One entry per subscriber, with the highest QoS of its matching subscriptions (MQTT-3.3.5-1). */
  own: readonly Subscription[];
  groups: readonly ShareGroup[];
}

/**
 * The subscriptions, and the routes of the topics in use.
 *
 * Publishers repeat their topics, so a route is kept until a subscription changes. The table is bounded in
 * entries and in bytes of topics; when it is full it is emptied, which costs each topic in use one match.
 */
export class Router {
  readonly index = new SubscriptionIndex();
  readonly #routes = new Map<string, Route>();
  #routesBytes = 0;
  readonly #routesMax: number;
  readonly #routesBytesMax: number;

  constructor({ routesMax = 100_000, routesBytesMax = 16 * 1024 * 1024 } = {}) {
    this.#routesMax = routesMax;
    this.#routesBytesMax = routesBytesMax;
  }

  /** Routes kept now. */
  get routesCached(): number {
    return this.#routes.size;
  }

  /** The route of a valid topic name. */
  route(topic: string): Route {
    const known = this.#routes.get(topic);
    if (known !== undefined && known.generation === this.index.generation) return known;
    const route = this.#match(topic);
    if (known === undefined) this.#remember(topic, route);
    else this.#routes.set(topic, route);
    return route;
  }

  #match(topic: string): Route {
    const own: Subscription[] = [];
    const groups: ShareGroup[] = [];
    this.index.match(topic, own, groups);
    return {
      generation: this.index.generation,
      own: own.length > 1 ? onePerSubscriber(own) : own,
      groups,
    };
  }

  #remember(topic: string, route: Route): void {
    if (this.#routes.size >= this.#routesMax || this.#routesBytes > this.#routesBytesMax) {
      this.#routes.clear();
      this.#routesBytes = 0;
    }
    this.#routes.set(topic, route);
    this.#routesBytes += topic.length;
  }
}

function onePerSubscriber(matched: readonly Subscription[]): Subscription[] {
  const highest = new Map<Subscriber, Subscription>();
  for (const subscription of matched) {
    const other = highest.get(subscription.subscriber);
    const better: QoS | -1 = other === undefined ? -1 : other.qos;
    if (subscription.qos > better) highest.set(subscription.subscriber, subscription);
  }
  return highest.size === matched.length ? (matched as Subscription[]) : [...highest.values()];
}

import { type QoS, SecondSight } from '@magpie/protocol';
import { levelHash } from './filter-tree.js';
import type { ShareGroup } from './share-group.js';
import type { Subscriber, Subscription } from './subscriber.js';
import { SubscriptionIndex } from './subscription-index.js';

/** Where messages on one topic go. Valid while the generation of the index is the same. */
export interface Route {
  readonly generation: number;
  /**
   * One entry per subscriber, with the highest QoS of its matching subscriptions (MQTT-3.3.5-1).
   */
  readonly own: readonly Subscription[];
  readonly groups: readonly ShareGroup[];
  /** The tick in which a message of the topic was last written to the journal. */
  journalTick: number;
}

/**
 * The subscriptions, and the routes of the topics in use.
 *
 * Publishers repeat their topics, so a route is kept until a subscription changes; that of a topic
 * seen for the first time is not. The table is bounded in entries and in characters of topics; when
 * it is full it is emptied, which costs each topic in use two matches.
 */
export class Router {
  readonly index: SubscriptionIndex;
  readonly #routes = new Map<string, Route>();
  readonly #sight = new SecondSight();
  #routesCharacters = 0;
  readonly #routesMax: number;
  readonly #routesCharactersMax: number;

  constructor({ routesMax = 100_000, routesCharactersMax = 16 * 1024 * 1024, seed = 0 } = {}) {
    this.index = new SubscriptionIndex(seed);
    this.#routesMax = routesMax;
    this.#routesCharactersMax = routesCharactersMax;
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
    if (known !== undefined) this.#routes.set(topic, route);
    else if (this.#sight.again(levelHash(topic, 0, topic.length))) this.#remember(topic, route);
    return route;
  }

  #match(topic: string): Route {
    const own: Subscription[] = [];
    const groups: ShareGroup[] = [];
    this.index.match(topic, own, groups);
    return {
      generation: this.index.generation,
      own: own.length > 1 ? onePerSubscriber(own) : own,
      groups: groups.length === 0 ? NO_GROUPS : groups,
      journalTick: 0,
    };
  }

  #remember(topic: string, route: Route): void {
    const full = this.#routes.size >= this.#routesMax;
    if (full || this.#routesCharacters > this.#routesCharactersMax) {
      this.#routes.clear();
      this.#routesCharacters = 0;
    }
    this.#routes.set(topic, route);
    this.#routesCharacters += topic.length;
  }
}

function onePerSubscriber(matched: Subscription[]): Subscription[] {
  const highest = new Map<Subscriber, Subscription>();
  for (const subscription of matched) {
    const other = highest.get(subscription.subscriber);
    const better: QoS | -1 = other === undefined ? -1 : other.qos;
    if (subscription.qos > better) highest.set(subscription.subscriber, subscription);
  }
  return highest.size === matched.length ? matched : [...highest.values()];
}

const NO_GROUPS: readonly ShareGroup[] = [];

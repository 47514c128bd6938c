import type { TraceReceivers } from '../observe/trace/trace.js';
import type { Router } from '../routing/router.js';
import type { Subscription } from '../routing/subscriber.js';
import type { SessionRegistry } from '../sessions/session-registry.js';

/** Whose session a message goes to, by the route that it takes anyway. */
export class MessageReceivers implements TraceReceivers {
  readonly #router: Router;
  readonly #registry: SessionRegistry;

  constructor({ router, registry }: { router: Router; registry: SessionRegistry }) {
    this.#router = router;
    this.#registry = registry;
  }

  get generation(): number {
    return this.#router.index.generation;
  }

  /** Takes no longer than to hand the message to all that it goes to. */
  includes(clientId: string, topic: string): boolean {
    const session = this.#registry.get(clientId);
    if (session === undefined) return false;
    const isOf = ({ subscriber }: Subscription) => subscriber === session;
    const { own, groups } = this.#router.route(topic);
    return own.some(isOf) || groups.some(({ members }) => members.some(isOf));
  }
}

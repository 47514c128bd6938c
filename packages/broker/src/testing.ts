/** The second door of @magpie/broker: what tests, benchmarks and authors of stores need. */

export { Message } from './model/message.js';
export { SubscriptionIndex } from './routing/subscription-index.js';
export type { Subscriber, Subscription } from './routing/subscriber.js';
export { ManualClock } from './model/manual-clock.testing.js';
export { type StoreCase, testStore } from './stores/store.testing.js';
export { MemoryListener, type MemoryPeer } from './memory-listener.testing.js';
export { TestClient } from './test-client.testing.js';

/** The second door of @magpie/broker: what tests, benchmarks and authors of stores need. */

export { Message } from './model/message.js';
export { SubscriptionIndex } from './routing/subscription-index.js';
export type { Subscriber, Subscription } from './routing/subscriber.js';
export { logLineProblem } from './observe/log-line-problem.testing.js';
export { ManualClock } from './model/manual-clock.testing.js';
export { type StoreCase, testStore } from './stores/store.testing.js';
export { LmdbStore } from './stores/lmdb/lmdb-store.js';
export { type Engine, type Fetched, type Snapshot, WriteFailure } from './stores/lmdb/engine.js';
export { MemoryEngine } from './stores/lmdb/memory-engine.testing.js';
export type { TableName } from './stores/lmdb/tables.js';
export type { BatchBytes } from './stores/lmdb/write-batch.js';
export { MemoryListener, type MemoryPeer } from './memory-listener.testing.js';
export { TestClient } from './test-client.testing.js';

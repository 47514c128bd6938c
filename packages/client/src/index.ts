/** The door: an MQTT client for Node.js and browsers. */

export type { Reading } from './batching/batch-format.js';
export {
  BATCH_LIMITS,
  type BatchLimits,
  BatcherMachine,
  type ReadyBatch,
} from './batching/batcher-machine.js';
export { BatchFormatError, isBatch, unpackBatch } from './batching/unpack-batch.js';
export {
  type Arrived,
  type DeduplicateOptions,
  Deduplicator,
  type DeduplicatorCounts,
} from './dedup/deduplicator.js';
export { type Opened, openEnvelope, sealEnvelope } from './dedup/envelope.js';
export { MessageIds } from './dedup/message-ids.js';

/** The door of @magpie/client in Node.js; browsers get browser.ts by `exports`. */

export type { Reading } from './batching/batch-format.js';
export {
  BATCH_LIMITS,
  type BatchLimits,
  BatcherMachine,
  type ReadyBatch,
} from './batching/batcher-machine.js';
export { Batcher, type BatcherOptions, type BatchPublisher } from './batching/batcher.js';
export { BatchFormatError, isBatch, unpackBatch } from './batching/unpack-batch.js';
export {
  type Arrived,
  type DeduplicateOptions,
  Deduplicator,
  type DeduplicatorCounts,
} from './dedup/deduplicator.js';
export { deduplicate } from './dedup/deduplicate.js';
export { envelopeCodec } from './dedup/envelope-codec.js';
export { type Opened, openEnvelope, sealEnvelope } from './dedup/envelope.js';
export { MessageIds } from './dedup/message-ids.js';
export { Client, type EndOptions } from './client.js';
export type { ClientStatistics } from './model/client-statistics.js';
export type { OutgoingMessage, PublishOptions } from './session/publish-options.js';
export type { SubscribeOptions } from './subscriptions/subscribe-options.js';
export type { ClientOptions, WillOptions } from './client-options.js';
export { connect, createClient, createPool, openTransport } from './connect-node.js';
export type { ConnectOptions, PoolOptions, Servers } from './create-client.js';
export {
  CLIENT_ERRORS,
  ClientError,
  type ClientErrorCode,
  ConnectRefusedError,
  SubscribeRefusedError,
} from './errors.js';
export type { BackOffOptions } from './machine/back-off.js';
export type { ClientCredentials } from './machine/machine-options.js';
export type { ClientEventMap, ClientEventName, PacketEvent } from './model/client-events.js';
export type { ClientState } from './model/client-state.js';
export { bytesCodec, type Codec, jsonCodec, textCodec } from './model/codec.js';
export { MemoryOutbox } from './outbox/memory-outbox.js';
export { FileOutbox } from './outbox/file/file-outbox.js';
export type { Outbox, OutboxState, StoredPublication } from './outbox/outbox.js';
export type { OutboxPolicy } from './session/outbound.js';
export {
  ClientPool,
  type PoolConnectionStatistics,
  type PoolLimits,
} from './pool/client-pool.js';
export { SharedClient } from './pool/shared-client.js';
export type { ClientDiagnostics } from './sight/observe-client.js';
export type { DuplicateFilter } from './subscriptions/duplicates.js';
export type { ReceivedMessage } from './subscriptions/received-message.js';
export type { MessageHandler, Subscription } from './subscriptions/subscription.js';
export type { UnclaimedOptions } from './subscriptions/unclaimed-options.js';
export type {
  OpenTransport,
  TlsOptions,
  Transport,
  TransportHandler,
  TransportOptions,
} from './transports/transport.js';

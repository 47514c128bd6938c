/** The door of @magpie/broker: a broker to embed in your program. */

export type { BanList } from './admission/bans.js';
export type { Load, LoadSource } from './admission/overload.js';
export type { ClientRule } from './admission/packet-sizes.js';
export {
  type Admittance,
  type AuthenticationResult,
  type Authenticator,
  type Credentials,
} from './auth/authenticator.js';
export type {
  Authorizer,
  Denial,
  PublishAnswer,
  SubscribeAnswer,
} from './auth/authorizer.js';
export { type Broker, createBroker } from './broker.js';
export type {
  BrokerChange,
  BrokerChanged,
  BrokerOptions,
} from './broker-options.js';
export type { Transport, TransportHandler } from './connection/transport.js';
export type { Listener, ListenerAddress } from './listeners/listener.js';
export type { ListenOptions } from './listeners/listener-factory.js';
export type { SecureListenOptions, TlsListenOptions } from './listeners/tls/secure-servers.js';
export type { Ban, BanKeeper, BanRequest, BanSubject } from './model/ban.js';
export type { ClientCertificate } from './model/client-certificate.js';
export { type Clock, SystemClock } from './model/clock.js';
export { CLOSE_REASONS, type CloseReason } from './model/close-reason.js';
export { DROP_REASONS, type DropReason } from './model/drop-reason.js';
export {
  LIMITS,
  type LimitName,
  limitProblem,
  type Limits,
  limitsFrom,
  type QueueFullPolicy,
} from './model/limits.js';
export { type Explanation } from './explain/explain.js';
export { type ExplainQuestion } from './explain/explain-question.js';
export { explanationText, whatIfText } from './explain/explanation-text.js';
export { type EvidenceKind, type Fact, type FilterMiss, type Verdict } from './explain/fact.js';
export { type ExplainLanguage } from './explain/sentences.js';
export type {
  AssumedPublisher,
  NearSubscriber,
  WhatIf,
  WhatIfDelivery,
  WhatIfQuestion,
} from './explain/what-if.js';
export type { JournalEntry, JournalKind } from './observe/journal/journal-entry.js';
export type { Message } from './model/message.js';
export {
  METERED_TOPICS_MAX,
  type MetricsOptions,
  SYS_INTERVAL_S,
} from './model/metrics-options.js';
export type { Principal } from './model/principal.js';
export type { RandomSource } from './model/random-source.js';
export { REFUSAL_REASONS, type RefusalReason } from './model/refusal-reason.js';
export type { BrokerGauges } from './observe/broker-gauges.js';
export type { BrokerEventMap, BrokerEventName } from './observe/broker-events.js';
export type { Counters } from './observe/counters.js';
export type { Histogram } from './observe/histogram.js';
export { type Station, type StationKind, STATIONS } from './observe/trace/station.js';
export type { StationPage } from './observe/trace/station-ring.js';
export type { TraceEnd, TraceView } from './observe/trace/trace.js';
export type { TraceOptions, TraceOrder } from './observe/trace/trace-order.js';
export { TooManyTraces, type TraceList } from './observe/trace/tracer.js';
export { type Logger, silentLogger } from './observe/logger.js';
export type {
  PacketWatch,
  PacketWatches,
  WatchedSubject,
} from './observe/packets/packet-watches.js';
export type { TopicMeters, TopicTraffic } from './observe/topic-meters.js';
export type { Traffic, TrafficLedger } from './observe/traffic-ledger.js';
export type { PublishOptions } from './pipeline/message-to-publish.js';
export type { Revocation } from './pipeline/rechecking.js';
export { MemoryStore } from './stores/memory-store.js';
export { StoreLost } from './stores/store-lost.js';
export type {
  Recipient,
  Store,
  StoredDelivery,
  StoredMessage,
  StoredPage,
  StoredReplay,
  StoredRetained,
  StoredSession,
  StoredState,
  StoredTime,
  StoredWill,
} from './stores/store.js';

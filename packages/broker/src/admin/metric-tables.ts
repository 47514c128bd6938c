import type { Counters } from '../observe/counters.js';
import type { TopicTraffic } from '../observe/topic-meters.js';
import type { Traffic } from '../observe/traffic-ledger.js';
import type { BrokerGauges } from '../observe/broker-gauges.js';
import type { ProcessUse } from './process-meter.js';

/**
 * What `/metrics` tells of a broker, but for the numbers. These tables are the single source: a
 * counter without a row does not compile, and docs/metrics.md is made from them.
 */
export interface MetricText {
  readonly name: string;
  /** One sentence without a full stop. */
  readonly help: string;
}

/** Counters that have no labels. The others have the same sums. */
type PlainCount = Exclude<
  { [Name in keyof Counters]: Counters[Name] extends number ? Name : never }[keyof Counters],
  'connectionsClosed' | 'connectsRefused' | 'messagesReceived' | 'messagesSent'
>;

export const COUNTERS: Readonly<Record<PlainCount, MetricText>> = {
  connectionsOpened: {
    name: 'magpie_connections_opened_total',
    help: 'Connections accepted by the listeners',
  },
  connectionsRefused: {
    name: 'magpie_connections_refused_total',
    help: 'Connections closed before they were read: connectionsMax, connectionsPerAddressMax',
  },
  overloadRefused: {
    name: 'magpie_overload_refused_total',
    help: 'Connections refused because the broker was overloaded, or file descriptors were short',
  },
  bannedRefused: {
    name: 'magpie_banned_refused_total',
    help: 'Connections and CONNECT packets refused by a ban',
  },
  connectsThrottled: {
    name: 'magpie_connects_throttled_total',
    help: 'Connections and CONNECTs refused: connectsPerAddressMax, connectsPerClientMax',
  },
  flappingBans: {
    name: 'magpie_flapping_bans_total',
    help: 'Bans of clients that connected again and again (flappingConnectsMax)',
  },
  tlsHandshakesRefused: {
    name: 'magpie_tls_handshakes_refused_total',
    help: 'TLS connections closed before their handshake, since tlsHandshakesMax was reached',
  },
  tlsHandshakesFailed: {
    name: 'magpie_tls_handshakes_failed_total',
    help: 'TLS handshakes that failed: no TLS, no common cipher, a bad certificate, no answer',
  },
  tlsRevoked: {
    name: 'magpie_tls_revoked_total',
    help: 'TLS connections closed: a revocation list names the certificate of the client now',
  },
  connectsAccepted: {
    name: 'magpie_connects_accepted_total',
    help: 'CONNECT packets answered with return code 0',
  },
  takeoversRefused: {
    name: 'magpie_takeovers_refused_total',
    help: 'CONNECT packets refused because the session of the identifier is another user’s',
  },
  loginsThrottled: {
    name: 'magpie_logins_throttled_total',
    help: 'Logins refused unchecked, after too many wrong passwords',
  },
  subscriptionsDenied: {
    name: 'magpie_subscriptions_denied_total',
    help: 'Filters of SUBSCRIBE packets refused because the client may not subscribe to them',
  },
  protocolErrors: {
    name: 'magpie_protocol_errors_total',
    help: 'Connections closed because the client broke MQTT',
  },
  publishersSlowed: {
    name: 'magpie_publishers_slowed_total',
    help: 'Times that a client was not read for a while, since it published too fast',
  },
  bytesReceived: { name: 'magpie_received_bytes_total', help: 'Bytes read from clients' },
  bytesSent: { name: 'magpie_sent_bytes_total', help: 'Bytes written to clients' },
  messagesFromInside: {
    name: 'magpie_messages_from_inside_total',
    help: 'Messages that no client sent as PUBLISH: wills, those of the program, notices',
  },
  messagesRouted: {
    name: 'magpie_messages_routed_total',
    help: 'Messages that matched a subscription',
  },
  deliveriesBegun: {
    name: 'magpie_deliveries_begun_total',
    help: "Messages that became a session's: routed to it, retained, or given back by the store",
  },
  deliveriesEnded: {
    name: 'magpie_deliveries_ended_total',
    help: 'Of these, QoS 0 handed to a connection, QoS 1 and 2 acknowledged to the end',
  },
  retainedRefused: {
    name: 'magpie_retained_refused_total',
    help: 'Messages delivered but not retained, since a limit of retained messages was reached',
  },
  sessionsExpired: {
    name: 'magpie_sessions_expired_total',
    help: 'Persistent sessions that ended since their clients stayed away (sessionExpiry)',
  },
  packetsReceived: {
    name: 'magpie_packets_received_total',
    help: 'MQTT packets of any type that clients sent',
  },
  packetsSent: {
    name: 'magpie_packets_sent_total',
    help: 'MQTT packets of any type that clients were sent',
  },
  storeCommits: {
    name: 'magpie_store_commits_total',
    help: 'Commits of the store that are safe',
  },
  storeCommitsFailed: {
    name: 'magpie_store_commits_failed_total',
    help: 'Commits of the store that failed, each try',
  },
};

/** Counters with a value for each reason of a table. */
export const BY_REASON: Readonly<Record<'dropped' | 'refused' | 'closed', MetricText>> = {
  dropped: {
    name: 'magpie_messages_dropped_total',
    help: 'Messages that did not reach a session, by reason',
  },
  refused: {
    name: 'magpie_connects_refused_total',
    help: 'CONNECT packets answered with a return code that is not 0, by reason',
  },
  closed: { name: 'magpie_connections_closed_total', help: 'Connections that ended, by reason' },
};

/** Counters with a value for each QoS. */
export const BY_QOS: Readonly<Record<keyof Traffic, MetricText>> = {
  messagesReceived: {
    name: 'magpie_messages_received_total',
    help: 'PUBLISH packets taken from clients, without repeated ones of QoS 2, by QoS',
  },
  bytesReceived: {
    name: 'magpie_payload_received_bytes_total',
    help: 'Bytes of the payloads of these',
  },
  messagesSent: {
    name: 'magpie_messages_sent_total',
    help: 'PUBLISH packets handed to connections, redeliveries included, by QoS',
  },
  bytesSent: { name: 'magpie_payload_sent_bytes_total', help: 'Bytes of the payloads of these' },
};

export const HISTOGRAMS: Readonly<Record<'commitSeconds' | 'acknowledgementSeconds', MetricText>> =
  {
    commitSeconds: {
      name: 'magpie_store_commit_seconds',
      help: 'Time from the begin of a commit of the store until it is safe',
    },
    acknowledgementSeconds: {
      name: 'magpie_acknowledgement_seconds',
      help: 'Time from sending a message until its PUBACK or PUBREC; one at a time of each client',
    },
  };

export const GAUGES: Readonly<Record<keyof BrokerGauges, MetricText>> = {
  connections: { name: 'magpie_connections', help: 'Open connections' },
  clients: { name: 'magpie_clients', help: 'Clients whose CONNECT was accepted' },
  sessions: { name: 'magpie_sessions', help: 'Sessions, of connected clients and of others' },
  subscriptions: { name: 'magpie_subscriptions', help: 'Subscriptions of all sessions' },
  retainedMessages: { name: 'magpie_retained_messages', help: 'Retained messages' },
  retainedBytes: {
    name: 'magpie_retained_bytes',
    help: 'Bytes of retained messages, topics and payloads',
  },
  inflightMessages: {
    name: 'magpie_inflight_messages',
    help: 'QoS 1 and 2 messages sent and not acknowledged to the end',
  },
  decidingMessages: {
    name: 'magpie_deciding_messages',
    help: 'Messages whose authorizer has not answered',
  },
  unaccountedMessages: {
    name: 'magpie_unaccounted_messages',
    help: 'Messages of which nobody knows what became: always 0, or there is a bug',
  },
  unaccountedDeliveries: {
    name: 'magpie_unaccounted_deliveries',
    help: 'Deliveries of which nobody knows what became: always 0, or there is a bug',
  },
  queuedMessages: { name: 'magpie_queued_messages', help: 'Messages queued for all sessions' },
  queuedBytes: {
    name: 'magpie_queued_bytes',
    help: 'Bytes queued for all sessions, topics and payloads',
  },
  storeFailed: {
    name: 'magpie_store_failed',
    help: '1 while the store fails and nothing that needs it is acknowledged, 0 if it works',
  },
  storeBacklogBytes: {
    name: 'magpie_store_backlog_bytes',
    help: 'Bytes that wait for the store, about',
  },
  overloaded: { name: 'magpie_overloaded', help: '1 while new connections are refused for load' },
  bans: { name: 'magpie_bans', help: 'Bans, those of the configuration included' },
  traces: { name: 'magpie_traces', help: 'Traces of messages that run' },
};

/** Of the HTTP API. */
export const FEEDS: Readonly<Record<'open' | 'dropped', MetricText>> = {
  open: {
    name: 'magpie_feeds',
    help: 'Live feeds that somebody reads over HTTP: events, messages, the stations of a trace',
  },
  dropped: {
    name: 'magpie_feed_events_dropped_total',
    help: 'Events that readers of feeds were not sent: the reader is slow, or the feed has a rate',
  },
};

/** Only of the filters that are configured (`metrics.topics`). */
export const BY_TOPIC: Readonly<Record<Exclude<keyof TopicTraffic, 'filter'>, MetricText>> = {
  messagesReceived: {
    name: 'magpie_topic_messages_received_total',
    help: 'Messages published to topics that match the filter, by clients and from inside',
  },
  bytesReceived: {
    name: 'magpie_topic_received_bytes_total',
    help: 'Bytes of the payloads of these',
  },
  messagesSent: {
    name: 'magpie_topic_messages_sent_total',
    help: 'Messages of these topics handed to connections, redeliveries included',
  },
  bytesSent: {
    name: 'magpie_topic_sent_bytes_total',
    help: 'Bytes of the payloads of these',
  },
  messagesDropped: {
    name: 'magpie_topic_messages_dropped_total',
    help: 'Messages of these topics, or deliveries, that were dropped; not what a session had left',
  },
};

/** Only of a store on disk. */
export const STORE_INFO: MetricText = {
  name: 'magpie_store_info',
  help: 'Always 1; the label tells when the store is synced (`storage.sync`)',
};

export const STORE_GAUGES: Readonly<Record<'fileBytes' | 'usedBytes' | 'syncFailed', MetricText>> =
  {
    fileBytes: { name: 'magpie_store_file_bytes', help: 'Size of the file of the store' },
    usedBytes: {
      name: 'magpie_store_used_bytes',
      help: 'Bytes of that file that hold something; the rest is used again, or compacted away',
    },
    syncFailed: {
      name: 'magpie_store_sync_failed',
      help: '1 while the file cannot be synced, where acknowledgements do not wait for that',
    },
  };

export const STORE_COUNTERS: Readonly<Record<'compactions' | 'compactionsFailed', MetricText>> = {
  compactions: {
    name: 'magpie_store_compactions_total',
    help: 'Times that the file of the store was made smaller',
  },
  compactionsFailed: {
    name: 'magpie_store_compactions_failed_total',
    help: 'Compactions that did not end, without harm to the store; the log says why',
  },
};

export const COMPACTION_SECONDS: MetricText = {
  name: 'magpie_store_compaction_seconds_total',
  help: 'Time that compactions took',
};

export const INFO: MetricText = {
  name: 'magpie_info',
  help: 'Always 1; the label tells the version',
};

/** By the names that other programs use: of Prometheus' client libraries, and that of Node.js. */
export const PROCESS: Readonly<
  Record<keyof ProcessUse, MetricText & { readonly type: 'counter' | 'gauge' }>
> = {
  cpuSeconds: {
    name: 'process_cpu_seconds_total',
    help: 'Processor time of the process, user and system',
    type: 'counter',
  },
  startSeconds: {
    name: 'process_start_time_seconds',
    help: 'When the process began, in seconds since 1970',
    type: 'gauge',
  },
  residentBytes: {
    name: 'process_resident_memory_bytes',
    help: 'Resident memory of the process',
    type: 'gauge',
  },
  virtualBytes: {
    name: 'process_virtual_memory_bytes',
    help: 'Virtual memory of the process',
    type: 'gauge',
  },
  openFds: { name: 'process_open_fds', help: 'File descriptors that are open', type: 'gauge' },
  maxFds: {
    name: 'process_max_fds',
    help: 'File descriptors that the process may have',
    type: 'gauge',
  },
  heapUsedBytes: {
    name: 'nodejs_heap_size_used_bytes',
    help: 'Bytes of the heap of V8 that hold something',
    type: 'gauge',
  },
  heapTotalBytes: {
    name: 'nodejs_heap_size_total_bytes',
    help: 'Bytes that the heap of V8 takes',
    type: 'gauge',
  },
  heapMaxBytes: {
    name: 'nodejs_heap_size_limit_bytes',
    help: 'Bytes that the heap of V8 may take',
    type: 'gauge',
  },
  externalBytes: {
    name: 'nodejs_external_memory_bytes',
    help: 'Bytes outside the heap of V8 that it holds on to: buffers',
    type: 'gauge',
  },
  loopDelayMeanSeconds: {
    name: 'nodejs_eventloop_lag_mean_seconds',
    help: 'How late the event loop was in the last minute or two, on average',
    type: 'gauge',
  },
  loopDelayP50Seconds: {
    name: 'nodejs_eventloop_lag_p50_seconds',
    help: 'The same, as half of the looks had it at most',
    type: 'gauge',
  },
  loopDelayP99Seconds: {
    name: 'nodejs_eventloop_lag_p99_seconds',
    help: 'The same, as 99 of 100 looks had it at most',
    type: 'gauge',
  },
  loopDelayMaxSeconds: {
    name: 'nodejs_eventloop_lag_max_seconds',
    help: 'The same, at its worst',
    type: 'gauge',
  },
};

import { DROP_REASONS } from '../model/drop-reason.js';
import type { Counters } from '../observe/counters.js';
import type { Metric } from './admin-source.js';

/**
 * What `/metrics` tells of a broker. These tables are the single source: a counter without a row
 * does not compile, and docs/metrics.md is made from them.
 */
const COUNTERS: Readonly<Record<Exclude<keyof Counters, 'dropped'>, MetricText>> = {
  connectionsOpened: {
    name: 'magpie_connections_opened_total',
    help: 'Connections accepted by the listeners',
  },
  connectionsClosed: { name: 'magpie_connections_closed_total', help: 'Connections that ended' },
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
  connectsRefused: {
    name: 'magpie_connects_refused_total',
    help: 'CONNECT packets answered with another return code',
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
  messagesReceived: {
    name: 'magpie_messages_received_total',
    help: 'PUBLISH packets taken from clients, without repeated ones of QoS 2',
  },
  messagesFromInside: {
    name: 'magpie_messages_from_inside_total',
    help: 'Messages that no client sent as PUBLISH: wills, those of the program, notices',
  },
  messagesRouted: {
    name: 'magpie_messages_routed_total',
    help: 'Messages that matched a subscription',
  },
  messagesSent: {
    name: 'magpie_messages_sent_total',
    help: 'PUBLISH packets handed to connections, redeliveries included',
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
  storeCommits: {
    name: 'magpie_store_commits_total',
    help: 'Commits of the store that are safe',
  },
  storeCommitsFailed: {
    name: 'magpie_store_commits_failed_total',
    help: 'Commits of the store that failed, each try',
  },
};

const DROPPED: MetricText = {
  name: 'magpie_messages_dropped_total',
  help: 'Messages that did not reach a session, by reason',
};

const GAUGES: Readonly<Record<keyof Gauges, MetricText>> = {
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
};

/** Only of a store on disk. */
const STORE_INFO: MetricText = {
  name: 'magpie_store_info',
  help: 'Always 1; the label tells when the store is synced (`storage.sync`)',
};

const STORE_GAUGES: Readonly<Record<'fileBytes' | 'usedBytes' | 'syncFailed', MetricText>> = {
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

const STORE_COUNTERS: Readonly<Record<'compactions' | 'compactionsFailed', MetricText>> = {
  compactions: {
    name: 'magpie_store_compactions_total',
    help: 'Times that the file of the store was made smaller',
  },
  compactionsFailed: {
    name: 'magpie_store_compactions_failed_total',
    help: 'Compactions that did not end, without harm to the store; the log says why',
  },
};

const COMPACTION_SECONDS: MetricText = {
  name: 'magpie_store_compaction_seconds_total',
  help: 'Time that compactions took',
};

const INFO: MetricText = { name: 'magpie_info', help: 'Always 1; the label tells the version' };
const RESIDENT_BYTES: MetricText = {
  name: 'process_resident_memory_bytes',
  help: 'Resident memory of the process',
};
const CPU_SECONDS: MetricText = {
  name: 'process_cpu_seconds_total',
  help: 'Processor time of the process, user and system',
};

const SOURCE = 'packages/broker/src/admin/broker-metrics.ts';

interface MetricText {
  readonly name: string;
  readonly help: string;
}

/** What is there now; see `Broker.gauges()`. */
export interface Gauges {
  readonly connections: number;
  readonly clients: number;
  readonly sessions: number;
  readonly subscriptions: number;
  readonly retainedMessages: number;
  readonly retainedBytes: number;
  readonly inflightMessages: number;
  readonly decidingMessages: number;
  readonly unaccountedMessages: number;
  readonly unaccountedDeliveries: number;
  readonly queuedMessages: number;
  readonly queuedBytes: number;
  readonly storeFailed: number;
  readonly storeBacklogBytes: number;
  readonly overloaded: number;
  readonly bans: number;
}

/** What a store takes of the disk; see `LmdbStore.disk`. */
export interface StoreUse {
  readonly fileBytes: number;
  readonly usedBytes: number;
  readonly compactions: number;
  readonly compactionsFailed: number;
  readonly compactionMs: number;
  /** 1 or 0. */
  readonly syncFailed: number;
  readonly sync: string;
}

/** Use of the machine by the process that the broker runs in. */
export interface ProcessUse {
  readonly residentBytes: number;
  /** User and system together. */
  readonly cpuMicroseconds: number;
}

export interface BrokerNumbers {
  readonly version: string;
  readonly counters: Readonly<Counters>;
  readonly gauges: Gauges;
  /** `undefined`: nothing is on disk. */
  readonly store: StoreUse | undefined;
  readonly process: ProcessUse;
}

/** A snapshot of everything countable, in the order of the page. */
export function brokerMetrics(numbers: BrokerNumbers): Metric[] {
  const { version, counters, gauges, store, process } = numbers;
  const { residentBytes, cpuMicroseconds } = process;
  return [
    { ...INFO, type: 'gauge', value: 1, labels: { version } },
    ...rows(GAUGES).map(([key, text]) => gauge(text, gauges[key])),
    ...rows(COUNTERS).map(([key, text]) => counter(text, counters[key])),
    ...rows(DROP_REASONS).map(([reason]) => ({
      ...counter(DROPPED, counters.dropped[reason]),
      labels: { reason },
    })),
    ...(store === undefined ? [] : storeMetrics(store)),
    gauge(RESIDENT_BYTES, residentBytes),
    counter(CPU_SECONDS, cpuMicroseconds / 1e6),
  ];
}

function storeMetrics(store: StoreUse): Metric[] {
  return [
    { ...STORE_INFO, type: 'gauge', value: 1, labels: { sync: store.sync } },
    ...rows(STORE_GAUGES).map(([key, text]) => gauge(text, store[key])),
    ...rows(STORE_COUNTERS).map(([key, text]) => counter(text, store[key])),
    counter(COMPACTION_SECONDS, store.compactionMs / 1000),
  ];
}

/** The page docs/metrics.md. */
export function metricsMarkdown(): string {
  const line =
    (type: string) =>
    ({ name, help }: MetricText) =>
      `| \`${name}\` | ${type} | ${help} |`;
  const lines = [
    line('gauge')(INFO),
    ...Object.values(GAUGES).map(line('gauge')),
    ...Object.values(COUNTERS).map(line('counter')),
    line('counter')(DROPPED),
    line('gauge')(STORE_INFO),
    ...Object.values(STORE_GAUGES).map(line('gauge')),
    ...Object.values(STORE_COUNTERS).map(line('counter')),
    line('counter')(COMPACTION_SECONDS),
    line('gauge')(RESIDENT_BYTES),
    line('counter')(CPU_SECONDS),
  ];
  const reasons = Object.entries(DROP_REASONS).map(([reason, { of, doc }]) => {
    return `| \`${reason}\` | ${of} | ${doc} |`;
  });
  return `<!-- Generated by \`npm run docs\` from ${SOURCE}: edit that instead. -->

# Metrics

\`GET /metrics\` on the HTTP port answers in the text format of Prometheus.

| Metric | Type | Meaning |
| --- | --- | --- |
${lines.join('\n')}

Those of the file of the store and its compactions are not there with \`--memory\`.

\`${DROPPED.name}\` has a label \`reason\`. What is dropped is a message that became
nobody's, or one delivery of it to a session. Both balance at any time; two gauges say so:

- messages: received + from inside = routed + being decided + dropped;
- deliveries: begun = ended + queued + in flight + dropped.

| Reason | Of | Meaning |
| --- | --- | --- |
${reasons.join('\n')}
`;
}

function gauge(text: MetricText, value: number): Metric {
  return { ...text, type: 'gauge', value };
}

function counter(text: MetricText, value: number): Metric {
  return { ...text, type: 'counter', value };
}

function rows<Key extends string, Row>(table: Readonly<Record<Key, Row>>): [Key, Row][] {
  return Object.entries(table) as [Key, Row][];
}

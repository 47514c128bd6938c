import { DROP_REASONS, type DropReason } from '../../model/drop-reason.js';
import type { Counters } from '../counters.js';

/** What there is now, for the topics below `$SYS/broker`. */
export interface SysGauges {
  readonly sessions: number;
  readonly clients: number;
  /** Shared ones included. */
  readonly subscriptions: number;
  readonly sharedSubscriptions: number;
  readonly retainedMessages: number;
  readonly retainedBytes: number;
  readonly queuedMessages: number;
  readonly queuedBytes: number;
  /** Of the process; `undefined`: nobody knows. */
  readonly heapBytes: number | undefined;
}

export interface SysNumbers extends SysGauges {
  readonly counters: Readonly<Counters>;
}

type NumberOf = (numbers: SysNumbers) => number | undefined;

/**
 * The topics of mosquitto, with its names, so that what reads them there reads them here. Left out
 * is what Magpie does not have: bridges, and packets that wait in memory of their own.
 */
export const SYS_TOPICS: Readonly<Record<string, NumberOf>> = {
  'clients/total': ({ sessions }) => sessions,
  'clients/connected': ({ clients }) => clients,
  'clients/active': ({ clients }) => clients,
  'clients/disconnected': ({ sessions, clients }) => sessions - clients,
  'clients/inactive': ({ sessions, clients }) => sessions - clients,
  'clients/expired': ({ counters }) => counters.sessionsExpired,
  'messages/received': ({ counters }) => counters.packetsReceived,
  'messages/sent': ({ counters }) => counters.packetsSent,
  'messages/stored': storedMessages,
  'messages/inflight': ({ counters, queuedMessages }) => inflight(counters, queuedMessages),
  'store/messages/count': storedMessages,
  'store/messages/bytes': ({ retainedBytes, queuedBytes }) => retainedBytes + queuedBytes,
  'publish/messages/received': ({ counters }) => counters.messagesReceived,
  'publish/messages/sent': ({ counters }) => counters.messagesSent,
  'publish/messages/dropped': ({ counters }) => overLimits(counters),
  'publish/bytes/received': ({ counters }) => sum(counters.traffic.total().bytesReceived),
  'publish/bytes/sent': ({ counters }) => sum(counters.traffic.total().bytesSent),
  'bytes/received': ({ counters }) => counters.bytesReceived,
  'bytes/sent': ({ counters }) => counters.bytesSent,
  'retained messages/count': ({ retainedMessages }) => retainedMessages,
  'subscriptions/count': ({ subscriptions, sharedSubscriptions }) =>
    subscriptions - sharedSubscriptions,
  'shared_subscriptions/count': ({ sharedSubscriptions }) => sharedSubscriptions,
  'connections/socket/count': ({ counters }) => counters.connectionsOpened,
  'heap/current': ({ heapBytes }) => heapBytes,
};

/** Topics that tell the most that was seen of another number. */
export const SYS_MAXIMA: Readonly<Record<string, NumberOf>> = {
  'clients/maximum': ({ clients }) => clients,
  'heap/maximum': ({ heapBytes }) => heapBytes,
};

/** `load/NAME/1min`, `5min` and `15min` tell how much these grow in a minute. */
export const SYS_LOADS: Readonly<Record<string, (counters: Readonly<Counters>) => number>> = {
  'messages/received': ({ packetsReceived }) => packetsReceived,
  'messages/sent': ({ packetsSent }) => packetsSent,
  'publish/received': ({ messagesReceived }) => messagesReceived,
  'publish/sent': ({ messagesSent }) => messagesSent,
  'publish/dropped': overLimits,
  'bytes/received': ({ bytesReceived }) => bytesReceived,
  'bytes/sent': ({ bytesSent }) => bytesSent,
  sockets: ({ connectionsOpened }) => connectionsOpened,
  connections: ({ connectsAccepted, connectsRefused }) => connectsAccepted + connectsRefused,
};

export const SYS_LOAD_MINUTES = [1, 5, 15] as const;

function storedMessages({ counters, retainedMessages, queuedMessages }: SysNumbers): number {
  return retainedMessages + queuedMessages + inflight(counters, queuedMessages);
}

/** From the balance: to ask every session would take its time. */
function inflight(counters: Readonly<Counters>, queuedMessages: number): number {
  let dropped = 0;
  for (const reason of Object.keys(DROP_REASONS) as DropReason[]) {
    if (DROP_REASONS[reason].of === 'delivery') dropped += counters.dropped[reason];
  }
  return counters.deliveriesBegun - counters.deliveriesEnded - dropped - queuedMessages;
}

/** Mosquitto counts as dropped what a limit has dropped, and nothing else. */
function overLimits({ dropped }: Readonly<Counters>): number {
  return LIMIT_REASONS.reduce((total, reason) => total + dropped[reason], 0);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

const LIMIT_REASONS = ['rate-limited', 'queue-full', 'output-full', 'too-large'] as const;

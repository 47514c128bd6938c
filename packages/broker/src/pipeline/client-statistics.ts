import type { DropReason } from '../model/drop-reason.js';
import type { Traffic } from '../observe/traffic-ledger.js';
import type { Session } from '../sessions/session.js';

/** What became of a client's messages since its session began; times in ms. */
export interface ClientStatistics {
  /** What it has published and was sent, redeliveries included. */
  readonly traffic: Traffic;
  /** Messages handed to its connections, redeliveries not counted. */
  readonly sentMessages: number;
  /** Messages that had to wait before they were sent. */
  readonly waitedMessages: number;
  /** What was dropped for it. */
  readonly dropped: ReadonlyMap<DropReason, number>;
  readonly queuedMessages: number;
  /** Topics and payloads. */
  readonly queuedBytes: number;
  readonly inflightMessages: number;
  /** How long it takes to acknowledge; `undefined`: it never had to. */
  readonly acknowledgements: AcknowledgementTimes | undefined;
  /** For how long output has waited that the system does not take; `undefined`: none waits. */
  readonly unwrittenMs: number | undefined;
}

export interface AcknowledgementTimes {
  /** Of the last ones. */
  readonly meanMs: number;
  readonly slowestMs: number;
  /** For how long it has owed one; `undefined`: it owes none. */
  readonly waitingMs: number | undefined;
}

/** Why a client counts as slow: what it owes, or what it does not read. */
export interface ClientDelay {
  readonly of: 'acknowledgement' | 'output';
  readonly delayMs: number;
}

/** @param nowMs On the clock of the broker. */
export function statisticsOf(session: Session, nowMs: number): ClientStatistics {
  const { tally, outlet } = session;
  const { acknowledgements: times } = tally;
  const since = (ms: number | undefined) => (ms === undefined ? undefined : nowMs - ms);
  return {
    traffic: tally.traffic ?? NO_TRAFFIC,
    sentMessages: tally.sent,
    waitedMessages: tally.queued,
    dropped: tally.dropped,
    queuedMessages: session.queued,
    queuedBytes: session.queuedBytes,
    inflightMessages: session.inflight,
    acknowledgements: times && {
      meanMs: times.meanMs,
      slowestMs: times.slowestMs,
      waitingMs: since(times.sentMs),
    },
    unwrittenMs: since(outlet?.unwrittenSinceMs),
  };
}

/**
 * How slow a client is that is connected: how long it has owed an acknowledgement, or took for the
 * last ones, or has left output unread, whichever is longest.
 *
 * @returns `undefined` if it is away, or nothing speaks for its being slow.
 */
export function delayOf({ tally, outlet }: Session, nowMs: number): ClientDelay | undefined {
  if (outlet === undefined) return undefined;
  const { acknowledgements: times } = tally;
  const owedMs = times?.sentMs === undefined ? 0 : nowMs - times.sentMs;
  const acknowledgedMs = Math.max(owedMs, times?.meanMs ?? 0);
  const { unwrittenSinceMs } = outlet;
  const outputMs = unwrittenSinceMs === undefined ? 0 : nowMs - unwrittenSinceMs;
  if (acknowledgedMs === 0 && outputMs === 0) return undefined;
  return outputMs > acknowledgedMs
    ? { of: 'output', delayMs: outputMs }
    : { of: 'acknowledgement', delayMs: acknowledgedMs };
}

const NONE = [0, 0, 0] as const;
const NO_TRAFFIC: Traffic = {
  messagesReceived: NONE,
  bytesReceived: NONE,
  messagesSent: NONE,
  bytesSent: NONE,
};

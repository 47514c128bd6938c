import { Latencies } from './latencies.js';

/** What is counted from the start of a run; it only grows. */
export interface Counts {
  /** CONNACKs that accepted. */
  connects: number;
  /** Of these, those of a device that was connected before. */
  reconnects: number;
  /** Attempts that ended without one. */
  connectFailures: number;
  /** Connections that ended without being told to. */
  connectionsLost: number;
  /** Connections that their device ended by plan, to come back later. */
  departures: number;
  /** Messages handed to a client. */
  sent: number;
  sentBytes: number;
  /** Messages of QoS 1 and 2 that the broker has acknowledged to the end. */
  acknowledged: number;
  /** Messages that nobody knows the fate of: their connection ended before it was told. */
  unconfirmed: number;
  /** The same, where their own device broke the connection by plan. */
  cutOff: number;
  /** Messages that were due and not sent: too many of their stream were under way. */
  skipped: number;
  /** Messages that were due while their device was away: no device sends then. */
  dueWhileAway: number;
  /** Messages with a stamp of this run, duplicates too. */
  received: number;
  receivedBytes: number;
  duplicates: number;
  /** Duplicates of QoS 2, which promises that there are none. */
  duplicatesOfQoS2: number;
  /** Duplicates with DUP: sent again because the connection ended, as QoS 1 promises. */
  redelivered: number;
  reordered: number;
  /** Messages that waited for their subscriber while it was away; their time is not a latency. */
  caughtUp: number;
  /** Connections with a will that ended without DISCONNECT: so many wills are due. */
  wills: number;
  /** Wills that came to a subscriber. */
  willsReceived: number;
  /** Messages without a stamp of this run. */
  foreign: number;
}

/** Times that are measured. */
export interface LatencySet<T> {
  /** From the beginning of an attempt to CONNACK. */
  readonly connect: T;
  /** From when a message was due to PUBACK or PUBCOMP. */
  readonly acknowledge: T;
  /** From when a message was due to its arrival at a subscriber. */
  readonly deliver: T;
  /** From when a message was due to when it was handed to its client: the lag of the generator. */
  readonly lag: T;
}

/** What a worker tells now and then. */
export interface Figures {
  readonly counts: Readonly<Counts>;
  /** Connections there are now. */
  readonly connected: number;
  /** Since it was asked before, encoded. */
  readonly latencies: LatencySet<string>;
  /** Part of the time that its event loop was busy since it was asked before, 0 to 1. */
  readonly busy: number;
  /** CPU time of its process since its start, in µs. */
  readonly cpuUs: number;
  /** The first thing that went wrong with a connection. */
  readonly trouble: string | undefined;
}

export function noCounts(): Counts {
  return {
    connects: 0,
    reconnects: 0,
    connectFailures: 0,
    connectionsLost: 0,
    departures: 0,
    sent: 0,
    sentBytes: 0,
    acknowledged: 0,
    unconfirmed: 0,
    cutOff: 0,
    skipped: 0,
    dueWhileAway: 0,
    received: 0,
    receivedBytes: 0,
    duplicates: 0,
    duplicatesOfQoS2: 0,
    redelivered: 0,
    reordered: 0,
    caughtUp: 0,
    wills: 0,
    willsReceived: 0,
    foreign: 0,
  };
}

/** The sum, each for itself. */
export function addCounts(all: readonly Readonly<Counts>[]): Counts {
  const sum = noCounts();
  for (const counts of all) for (const name of COUNT_NAMES) sum[name] += counts[name];
  return sum;
}

/** What has come since. */
export function subtractCounts(now: Readonly<Counts>, before: Readonly<Counts>): Counts {
  const rest = noCounts();
  for (const name of COUNT_NAMES) rest[name] = now[name] - before[name];
  return rest;
}

/** Makes one for each of the times. */
export function latencySet<T>(make: (name: keyof LatencySet<T>) => T): LatencySet<T> {
  return {
    connect: make('connect'),
    acknowledge: make('acknowledge'),
    deliver: make('deliver'),
    lag: make('lag'),
  };
}

export function noLatencies(): LatencySet<Latencies> {
  return latencySet(() => Latencies.empty());
}

export const COUNT_NAMES = Object.keys(noCounts()) as readonly (keyof Counts)[];
export const LATENCY_NAMES = ['connect', 'acknowledge', 'deliver', 'lag'] as const;

/** Magpie without one thing, as a broker of its own in the report. */
export type Without = 'no-rules' | 'no-trace' | 'no-journal' | 'no-sight' | 'no-tls';

/** One kind of load. The names of `load` are the options of the load generator. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** Which of the load generator's programs runs. */
  readonly program: 'stream' | 'retained' | 'offline' | 'idle';
  readonly load: Readonly<Record<string, number | string>>;
  /**
   * The brokers keep their state on disk, each as safely as it can; those that have no disk stand
   * aside. Which part is measured: `fill` and `drain` also of the bare store, `latency` also of the
   * bare disk, `memory` of Magpie alone. Absent: all is in memory.
   */
  readonly durable?: 'fill' | 'drain' | 'online' | 'latency' | 'memory';
  /** Limits of Magpie that the load needs, `NAME=VALUE`. */
  readonly limits?: readonly string[];
  /** Beside Magpie runs Magpie without something; the others stand aside. */
  readonly beside?: Without;
  /** Magpie decides by so many access rules. */
  readonly rules?: number;
  /** Whether Magpie looks for messages to follow, of which none comes. */
  readonly trace?: boolean;
  /** Whether Magpie counts and notes nothing of single sessions and messages. */
  readonly blind?: boolean;
  /** The load reaches Magpie over TLS. */
  readonly secure?: boolean;
  /** Open files the broker needs; absent where the usual 1024 do. */
  readonly openFiles?: number;
  /** So many times more runs than asked for: what other programs disturb most needs more. */
  readonly repeats?: number;
  /** What the report shows besides throughput and CPU. */
  readonly shows?: 'throughput' | 'latency' | 'memory' | 'own-memory' | 'recovery';
}

/** What the durable scenarios load: 500,000 messages a round. */
export const DURABLE = {
  sessions: 100,
  messages: 5000,
  publishers: 100,
  window: 100,
  payload: 200,
  warmup: 1,
  rounds: 2,
} as const;

/** What goes to subscribers that are there, once with sessions on disk and once without. */
const ONLINE = {
  shape: 'pairs',
  publishers: 100,
  window: 100,
  payload: 200,
  qos: 1,
  warmup: 1,
  seconds: 2.5,
} as const;

/** The load of most rows, and that on which access rules, a trace and the journal are measured. */
const PAIRS = {
  shape: 'pairs',
  publishers: 100,
  window: 10,
  qos: 0,
  warmup: 1,
  seconds: 2.5,
} as const;

/** Messages a second of the scenario that measures the wait for a PUBACK. */
const ACK_RATE = 1000;

/** What the bare disk does beside it. */
export const BARE_SYNC_LOAD = { rate: ACK_RATE, warmup: 1, seconds: 5 } as const;

/**
 * Every scenario, in the order they run. Payloads have 64 bytes where nothing else is said; warm-up
 * and measured piece are long enough for a just-in-time compiler to be done.
 */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'pairs-qos0',
    title: '100 pairs, QoS 0, window 10',
    program: 'stream',
    load: PAIRS,
  },
  {
    name: 'pairs-qos1',
    title: '100 pairs, QoS 1, window 20',
    program: 'stream',
    load: { ...PAIRS, window: 20, qos: 1 },
  },
  {
    name: 'pairs-qos2',
    title: '100 pairs, QoS 2, window 20',
    program: 'stream',
    load: { ...PAIRS, window: 20, qos: 2 },
  },
  {
    name: 'one-to-one',
    title: '1 → 1, QoS 0, window 500',
    program: 'stream',
    load: { ...PAIRS, publishers: 1, window: 500 },
  },
  {
    name: 'fan-out',
    title: 'Fan-out 1 → 500, QoS 0, window 32',
    program: 'stream',
    load: { shape: 'fan-out', subscribers: 500, window: 32, qos: 0, warmup: 1, seconds: 2.5 },
  },
  {
    name: 'fan-in-qos0',
    title: 'Fan-in 200 → 1, QoS 0, window 10 each',
    program: 'stream',
    load: { shape: 'fan-in', publishers: 200, window: 10, qos: 0, warmup: 1, seconds: 2.5 },
  },
  {
    name: 'fan-in-qos1',
    title: 'Fan-in 200 → 1, QoS 1, window 10 each',
    program: 'stream',
    load: { shape: 'fan-in', publishers: 200, window: 10, qos: 1, warmup: 1, seconds: 2.5 },
  },
  {
    name: 'window-1-qos0',
    title: '50 pairs, QoS 0, window 1: nothing to batch',
    program: 'stream',
    load: { ...PAIRS, publishers: 50, window: 1 },
  },
  {
    name: 'window-1-qos1',
    title: '50 pairs, QoS 1, window 1: nothing to batch',
    program: 'stream',
    load: { ...PAIRS, publishers: 50, window: 1, qos: 1 },
  },
  {
    name: 'wildcard',
    title: '50,000 wildcard filters, one match a message, topics hardly repeat',
    program: 'stream',
    load: {
      shape: 'wildcard',
      publishers: 50,
      subscribers: 50,
      filters: 50_000,
      values: 1000,
      window: 10,
      qos: 0,
      warmup: 1,
      seconds: 2.5,
    },
  },
  {
    name: 'wildcard-known',
    title: '50,000 wildcard filters, one match a message, 50,000 topics',
    program: 'stream',
    load: {
      shape: 'wildcard',
      publishers: 50,
      subscribers: 50,
      filters: 50_000,
      values: 1,
      window: 10,
      qos: 0,
      warmup: 1,
      seconds: 2.5,
    },
  },
  {
    name: 'acl-10000',
    title: '100 pairs, QoS 0, window 10, under 10,000 access rules; the last allows',
    program: 'stream',
    load: PAIRS,
    beside: 'no-rules',
    rules: 10_000,
    repeats: 2,
  },
  {
    name: 'trace',
    title: '100 pairs, QoS 0, window 10, while a trace waits for messages that never come',
    program: 'stream',
    load: PAIRS,
    beside: 'no-trace',
    trace: true,
    repeats: 4,
  },
  {
    name: 'journal',
    title: '100 pairs, QoS 0, window 10, with the journal',
    program: 'stream',
    load: PAIRS,
    beside: 'no-journal',
    repeats: 4,
  },
  {
    name: 'sight',
    title: '100 pairs, QoS 0, window 10, with journal and counts of each session',
    program: 'stream',
    load: PAIRS,
    beside: 'no-sight',
    repeats: 4,
  },
  {
    name: 'tls',
    title: '100 pairs, QoS 0, window 16, over TLS 1.3',
    program: 'stream',
    load: { ...PAIRS, window: 16 },
    beside: 'no-tls',
    secure: true,
    repeats: 2,
    shows: 'throughput',
  },
  {
    name: 'retained',
    title: 'Replay of 50,000 retained messages to #',
    program: 'retained',
    load: { count: 50_000, warmup: 2, rounds: 6 },
  },
  {
    name: 'offline',
    title: 'Drain of 100 offline sessions × 500 messages, QoS 1',
    program: 'offline',
    load: { sessions: 100, messages: 500, warmup: 1, rounds: 3 },
  },
  {
    name: 'durable-fill',
    title: 'Fill of 100 offline sessions on disk, 100 publishers, QoS 1, 200 B, window 100',
    program: 'offline',
    load: { ...DURABLE, measure: 'fill' },
    durable: 'fill',
  },
  {
    name: 'durable-drain',
    title: 'Drain of 100 offline sessions × 5,000 messages of 200 B from disk, QoS 1',
    program: 'offline',
    load: { ...DURABLE, measure: 'drain' },
    durable: 'drain',
  },
  {
    name: 'online-clean',
    title: '100 pairs, clean sessions, broker with a disk, QoS 1, 200 B, window 100',
    program: 'stream',
    load: { ...ONLINE, clean: 1 },
    durable: 'online',
  },
  {
    name: 'online-persistent',
    title: '100 pairs, sessions on disk whose clients are there, QoS 1, 200 B, window 100',
    program: 'stream',
    load: { ...ONLINE, clean: 0 },
    durable: 'online',
  },
  {
    name: 'ack-latency',
    title: 'PUBLISH to PUBACK, 1,000 messages/s over 20 pairs, sessions on disk, QoS 1, 200 B',
    program: 'stream',
    load: {
      shape: 'pairs',
      publishers: 20,
      rate: ACK_RATE,
      payload: 200,
      qos: 1,
      clean: 0,
      warmup: 1,
      seconds: 5,
    },
    durable: 'latency',
    shows: 'latency',
  },
  {
    name: 'queue-memory',
    title: 'Fill of 100 offline sessions on disk with 1 GiB in all, QoS 1, 1 KiB; then all drain',
    program: 'offline',
    load: {
      sessions: 100,
      messages: 10_500,
      publishers: 100,
      window: 100,
      payload: 1024,
      warmup: 0,
      rounds: 1,
      measure: 'fill',
      stall: 30,
    },
    durable: 'memory',
    limits: ['queuedMessagesMax=20000', 'queuedBytesTotalMax=2147483648'],
    shows: 'own-memory',
  },
  {
    name: 'large',
    title: '1 MiB payloads, 1 → 4, QoS 0, window 4',
    program: 'stream',
    load: {
      shape: 'fan-out',
      subscribers: 4,
      payload: 1_048_576,
      window: 4,
      qos: 0,
      warmup: 1,
      seconds: 2.5,
    },
  },
  {
    name: 'idle',
    title: '10,000 connections with one subscription each',
    program: 'idle',
    load: { connections: 10_000, settle: 1.5 },
    openFiles: 10_500,
    shows: 'memory',
  },
  {
    name: 'open-loop',
    title: 'Open loop, 2,000 messages/s over 20 pairs, QoS 0',
    program: 'stream',
    load: { shape: 'pairs', publishers: 20, rate: 2000, qos: 0, warmup: 1.5, seconds: 3 },
    repeats: 3,
    shows: 'latency',
  },
];

/** The in-process measurement of micro/matching.ts, named and reported like a scenario. */
export const MATCHING = {
  name: 'matching',
  title: 'Matching alone: 100,000 wildcard filters, topics never repeated',
} as const;

/** The measurement of recovery.ts. */
export const RECOVERY = {
  name: 'recovery',
  title: 'Start on 100,000 sessions, 1,000,000 queued and 1,000,000 retained messages of 200 B',
  shows: 'recovery',
} as const;

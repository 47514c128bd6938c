import { type Client, ClientError } from '@magpie/client';
import type { QoS } from '@magpie/protocol';
import { connectOnce } from './check-connect.js';
import { type Finding, finding } from './findings.js';
import type { Check, Patient } from './patient.js';
import { Scratch } from './scratch.js';

export interface MessageChecks {
  /** A topic of its own, to publish to and to subscribe to. */
  readonly topic: string;
  /** Largest payload to try, in bytes. */
  readonly bytesMax: number;
}

/** Do messages go out and come back, at each QoS, retained, and of what size? */
export function checkMessages(checks: MessageChecks): Check {
  return async function* messages(patient) {
    await using client = await connectOnce(patient);
    const scratch = new Scratch(client);
    try {
      await scratch.listen(checks.topic);
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      yield finding('scratch-refused', { topic: checks.topic });
      return true;
    }
    for (const qos of [0, 1, 2] as const) yield await tryQoS(scratch, qos, checks, patient);
    const latency = await tryLatency(scratch, checks, patient);
    if (latency !== undefined) yield latency;
    yield await tryRetained(client, checks, patient);
    yield await trySys(client, latency);
    yield await trySizes(checks, patient);
    return true;
  };
}

async function tryQoS(
  scratch: Scratch,
  qos: QoS,
  { topic }: MessageChecks,
  { patienceMs }: Patient,
): Promise<Finding> {
  const back = await scratch.roundTrip(topic, qos, { patienceMs }).catch(undefinedIfEnded);
  if (back === undefined) {
    return finding('round-trip-lost', { qos, topic, seconds: patienceMs / 1000 });
  }
  const { message, ms } = back;
  return message.qos < qos
    ? finding('round-trip-lower', { qos, got: message.qos })
    : finding('round-trip', { qos, ms: rounded(ms) });
}

async function tryLatency(
  scratch: Scratch,
  { topic }: MessageChecks,
  { patienceMs }: Patient,
): Promise<Finding | undefined> {
  const times: number[] = [];
  for (let trip = 0; trip < TRIPS; trip++) {
    const back = await scratch.roundTrip(topic, 0, { patienceMs }).catch(undefinedIfEnded);
    if (back === undefined) return undefined; // told already, by the QoS that got lost
    times.push(back.ms);
  }
  times.sort((one, other) => one - other);
  const median = times[TRIPS / 2]!;
  const worst = times.at(-1)!;
  const shaky = worst > SHAKY_MS && worst > median * SHAKY_FACTOR;
  const values = { median: rounded(median), worst: rounded(worst), count: TRIPS };
  return finding(shaky ? 'latency-shaky' : 'latency', values);
}

async function tryRetained(
  client: Client,
  checks: MessageChecks,
  { patienceMs }: Patient,
): Promise<Finding> {
  const topic = `${checks.topic}/retained`;
  try {
    await client.publish(topic, 'magpie doctor', { qos: 1, retain: true });
    const came = await firstOf(client, topic, patienceMs);
    await client.publish(topic, '', { qos: 1, retain: true });
    return finding(came === undefined ? 'retained-missing' : 'retained-works');
  } catch (error) {
    if (error instanceof ClientError) return finding('retained-missing');
    throw error;
  }
}

async function trySys(client: Client, latency: Finding | undefined): Promise<Finding> {
  // What is retained comes at once, so a few times there and back will do.
  const patienceMs = Math.max(SYS_PATIENCE_MS, SYS_TRIPS * Number(latency?.values['worst'] ?? 0));
  const version = await firstOf(client, '$SYS/broker/version', patienceMs).catch(undefinedIfEnded);
  return version === undefined ? finding('sys-silent') : finding('sys-readable', { version });
}

/** Larger and larger, each over a connection of its own: who refuses a packet closes. */
async function trySizes({ topic, bytesMax }: MessageChecks, patient: Patient): Promise<Finding> {
  let accepted = 0;
  for (let bytes = SMALLEST_BYTES; bytes <= bytesMax; bytes *= 4) {
    if (!(await accepts(topic, bytes, patient))) {
      return finding('packet-limit', { size: sizeText(accepted), refused: sizeText(bytes) });
    }
    accepted = bytes;
  }
  return finding('packet-accepted', { size: sizeText(accepted) });
}

async function accepts(topic: string, bytes: number, patient: Patient): Promise<boolean> {
  try {
    await using client = await connectOnce(patient);
    const scratch = new Scratch(client);
    await scratch.listen(topic);
    const { patienceMs } = patient;
    return (await scratch.roundTrip(topic, 1, { bytes, patienceMs })) !== undefined;
  } catch (error) {
    undefinedIfEnded(error);
    return false;
  }
}

/** The first message that a new subscription brings, as text; `undefined` if none does in time. */
export async function firstOf(
  client: Client,
  filter: string,
  ms: number,
): Promise<string | undefined> {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), ms);
  try {
    for await (const message of client.subscribe(filter, { qos: 1, signal: over.signal })) {
      return message.text();
    }
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** What network or server did is no answer; anything else is a bug. */
function undefinedIfEnded(error: unknown): undefined {
  if (error instanceof ClientError) return undefined;
  throw error;
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}

function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 * 1024 ? `${bytes / 1024} KiB` : `${bytes / 1024 / 1024} MiB`;
}

const TRIPS = 20;
const SHAKY_MS = 250;
const SHAKY_FACTOR = 10;
const SYS_PATIENCE_MS = 250;
const SYS_TRIPS = 5;
const SMALLEST_BYTES = 1024;

import { type Client, type ClientOptions, createClient } from '@magpie/client';
import type { Patient } from '../doctor/patient.js';
import type { Capability } from './capability.js';

/** How far it goes. A broker is asked, not loaded. */
export interface SurveyBounds {
  /** Largest packet that is tried, in bytes. */
  readonly packetBytes: number;
  /** Most messages that are left in a queue, or without acknowledgement. */
  readonly messages: number;
}

/** A broker that is asked, with topics and client identifiers of its own. */
export interface Survey {
  readonly patient: Patient;
  /** Every topic that is used begins with it. */
  readonly root: string;
  /** Begins every client identifier. */
  readonly idPrefix: string;
  readonly bounds: SurveyBounds;
}

/** Asks for some capabilities, and cleans up what it has left behind. */
export type Probe = (survey: Survey) => Promise<readonly Capability[]>;

export interface ConnectAs extends Partial<ClientOptions> {
  /** Subscribes, before a session that is there can bring its messages. */
  readonly before?: (client: Client) => unknown;
}

/**
 * Another connection of the survey, which ends when it is lost.
 *
 * @param name Behind the prefix: an identifier that no other connection has at that time.
 * @throws {ClientError} if the server does not accept it.
 */
export async function connectAs(
  { patient, idPrefix }: Survey,
  name: string,
  { before, ...options }: ConnectAs = {},
): Promise<Client> {
  const { server, patienceMs, signal } = patient;
  const client = createClient(server, {
    ...patient.options,
    clientId: `${idPrefix}${name}`,
    reconnect: false,
    connectTimeoutMs: patienceMs,
    answerTimeoutMs: patienceMs,
    ...options,
  });
  before?.(client);
  await client.start();
  try {
    await client.connected(signal);
  } catch (error) {
    await client.end({ drain: false });
    throw error;
  }
  return client;
}

import { type ClientOptions, createClient } from '@magpie/client';
import { randomBytes } from 'node:crypto';

/** Who a client is, and whether its session ends with the command. */
export interface SessionPlan {
  readonly options: ClientOptions;
  readonly isTemporary: boolean;
}

/**
 * A session that outlives lost connections, so that nothing is lost with one: under the name that
 * was given, for good, or under one of ours, until {@link forgetSession}.
 */
export function lastingSession(options: ClientOptions, name: string | undefined): SessionPlan {
  // Within the 23 characters that every server takes (MQTT 3.1.1, 3.1.3.1).
  const clientId = name ?? `magpiecopy${randomBytes(6).toString('hex')}`;
  return {
    options: { ...options, clientId, cleanSession: false },
    isTemporary: name === undefined,
  };
}

/**
 * Has a server forget a session: MQTT 3.1.1 ends one by a clean one of the same name.
 *
 * @returns Whether that was done.
 */
export async function forgetSession(server: URL, options: ClientOptions): Promise<boolean> {
  const { will: _will, ...same } = options;
  const client = createClient(server, { ...same, cleanSession: true, reconnect: false });
  try {
    await client.start();
    await client.connected(AbortSignal.timeout(FORGET_MS));
    return true;
  } catch {
    return false;
  } finally {
    await client.end({ drain: false });
  }
}

/** Who wants to end does not wait long. */
const FORGET_MS = 5000;

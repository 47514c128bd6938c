import { once } from 'node:events';
import { StoredPasswordAuthenticator } from '@magpie/broker/server';
import { createClient } from '@redis/client';

export interface RedisOptions {
  /** `redis://user:password@host:6379/0`; `rediss://…` with TLS. */
  readonly url: string;
  /** Certificates of authorities (PEM) that the server is checked against; without: the usual. */
  readonly ca?: string | undefined;
  /** Key of the hash of a user; `%u` is his name. */
  readonly key: string;
  /** Field of the hash that holds the stored password. */
  readonly field: string;
  /** Longest wait for a connection, and for an answer. */
  readonly timeoutMs: number;
}

/** Users in Redis, a hash (HSET) each. */
export class RedisAuthenticator extends StoredPasswordAuthenticator {
  constructor({ url, ca, key, field, timeoutMs }: RedisOptions) {
    const isSecure = url.startsWith('rediss:');
    const client = createClient({
      url,
      socket: {
        connectTimeout: timeoutMs,
        reconnectStrategy: (retries) => Math.min(100 * (retries + 1), RECONNECT_MS_MAX),
        ...(isSecure && { tls: true as const, ...(ca !== undefined && { ca }) }),
      },
      disableOfflineQueue: true, // while there is no connection, clients are refused at once
      commandsQueueMaxLength: COMMANDS_MAX,
    });
    client.on('error', () => {}); // who asks is told
    client.setMaxListeners(0); // logins that wait for a connection: they are bounded
    let connecting: Promise<unknown> | undefined;
    super({
      name: 'redis',
      find: async (username) => {
        if (!client.isReady) {
          // From now on it tries again by itself, but for an answer that will not change.
          connecting ??= client.connect().catch(() => {
            connecting = undefined;
          });
          await within(once(client, 'ready'), timeoutMs); // rejects on 'error'
        }
        const name = key.split('%u').join(username);
        const signal = AbortSignal.timeout(timeoutMs);
        const stored = await within(client.withAbortSignal(signal).hGet(name, field), timeoutMs);
        return stored ?? undefined;
      },
      close: async () => client.destroy(),
    });
  }
}

/** A connection that is silent answers nothing, ever. */
async function within<T>(answer: Promise<T>, timeoutMs: number): Promise<T> {
  const signal = AbortSignal.timeout(timeoutMs);
  let late: (reason: Error) => void = () => {};
  const tooLate = new Promise<never>((_, reject) => {
    late = reject;
  });
  const onAbort = () => late(new Error(`no answer within ${timeoutMs} ms`));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([answer, tooLate]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

const RECONNECT_MS_MAX = 2000;
const COMMANDS_MAX = 1000;

import { Client } from './client.js';
import { type ClientOptions, resolveOptions } from './client-options.js';
import { SystemClock } from './model/clock.js';
import { systemRandom } from './model/random.js';
import { ClientPool, type PoolLimits } from './pool/client-pool.js';
import type { OpenTransport } from './transports/transport.js';

/** One server, or several: see `serverOrder`. */
export type Servers = string | URL | readonly (string | URL)[];

export interface ConnectOptions extends ClientOptions {
  /** Gives up connecting. */
  readonly signal?: AbortSignal;
}

/** How a platform reaches servers: which schemes it knows, and how. */
export interface Platform {
  readonly schemes: readonly string[];
  readonly open: OpenTransport;
  /** Where debug lines go if the options do not say; `undefined`: nowhere. */
  readonly debug?: ((line: string) => void) | undefined;
  /** Told of each client that is made. */
  readonly made?: (client: Client) => void;
}

/**
 * A client that does nothing yet: subscribe, then `start()`.
 *
 * @throws {TypeError} if a server is no URL that this platform knows, or options contradict.
 * @throws {RangeError} if a number is out of range.
 */
export function clientOn(platform: Platform, servers: Servers, options: ClientOptions): Client {
  const resolved = resolveOptions(servers, options, platform.schemes);
  const { open } = platform;
  const parts = { open, clock: new SystemClock(), random: systemRandom };
  const client = new Client({ ...resolved, debug: resolved.debug ?? platform.debug }, parts);
  platform.made?.(client);
  return client;
}

/** Makes a client and waits until it is connected; otherwise it is ended again. */
export async function connectOn(
  platform: Platform,
  servers: Servers,
  { signal, ...options }: ConnectOptions,
): Promise<Client> {
  const client = clientOn(platform, servers, options);
  try {
    await client.start();
    await client.connected(signal);
    return client;
  } catch (error) {
    await client.end({ drain: false });
    throw error;
  }
}

export interface PoolOptions extends PoolLimits, ClientOptions {}

/** A pool whose clients have the client identifier of the options and a number behind it. */
export function poolOn(platform: Platform, servers: Servers, options: PoolOptions): ClientPool {
  resolveOptions(servers, options, platform.schemes); // what is wrong is told now
  if (options.outbox !== undefined) {
    throw new TypeError('An outbox is of one client: a pool cannot share it');
  }
  return new ClientPool(options, (connection) => {
    const { clientId = '' } = options;
    const own = clientId === '' ? {} : { clientId: `${clientId}-${connection}` };
    const client = clientOn(platform, servers, { retryInitial: true, ...options, ...own });
    void client.start();
    return client;
  });
}

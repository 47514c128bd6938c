import { Client, type ClientParts } from './client.js';
import { type ClientOptions, resolveOptions } from './client-options.js';
import { ClientPool, type PoolLimits } from './pool/client-pool.js';

/** One server, or several: see `serverOrder`. */
export type Servers = string | URL | readonly (string | URL)[];

export interface ConnectOptions extends ClientOptions {
  /** Gives up connecting. */
  readonly signal?: AbortSignal;
}

/** What a platform gives its clients, and how they reach servers. */
export interface Platform extends ClientParts {
  readonly schemes: readonly string[];
  /** Where debug lines go if the options do not say; `undefined`: nowhere. */
  readonly debug?: ((line: string) => void) | undefined;
  /** Told of each client that is made. */
  readonly made?: (client: Client) => void;
}

/**
 * A client that does nothing yet: subscribe, then `start()`.
 *
 * @throws {TypeError} if a server is no URL that this platform knows, or options contradict.
 * @throws {RangeError} if a number is out of range, or a word is none that the option knows.
 */
export function clientOn(platform: Platform, servers: Servers, options: ClientOptions): Client {
  const resolved = resolveOptions(servers, options, platform.schemes, platform.debug);
  const client = new Client(resolved, platform);
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

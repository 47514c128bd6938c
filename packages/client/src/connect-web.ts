import type { Client } from './client.js';
import type { ClientOptions } from './client-options.js';
import {
  clientOn,
  connectOn,
  type ConnectOptions,
  type Platform,
  poolOn,
  type PoolOptions,
  type Servers,
} from './create-client.js';
import { SystemClock } from './model/clock.js';
import { systemRandom } from './model/random.js';
import { followPage } from './page/follow-page.js';
import type { ClientPool } from './pool/client-pool.js';
import { openBrowserWebSocket } from './transports/browser-web-socket.js';

/** Browsers, Deno and Bun: MQTT over WebSocket. */
const WEB: Platform = {
  clock: new SystemClock(),
  random: systemRandom,
  schemes: ['ws:', 'wss:'],
  open: openBrowserWebSocket,
  made: followPage,
};

/**
 * Connects to a server, or to one of several.
 *
 * @throws {ClientError} if that cannot be had: with the reason and what to try.
 * @throws {TypeError} if a server is no URL with ws or wss.
 */
export function connect(servers: Servers, options: ConnectOptions = {}): Promise<Client> {
  return connectOn(WEB, servers, options);
}

/**
 * A client that does nothing yet: subscribe, then `start()`. For sessions that are not clean, whose
 * messages may come as soon as it is connected.
 *
 * @throws {TypeError} if a server is no URL with ws or wss.
 */
export function createClient(servers: Servers, options: ClientOptions = {}): Client {
  return clientOn(WEB, servers, options);
}

/**
 * Several connections that are used as one. None is begun before it is needed.
 *
 * @throws {TypeError} if a server is no URL with ws or wss.
 * @throws {RangeError} if a number is out of range, or a word is none that the option knows.
 */
export function createPool(servers: Servers, options: PoolOptions = {}): ClientPool {
  return poolOn(WEB, servers, options);
}

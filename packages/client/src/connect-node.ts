import { checkOptionNames, OPTION_NAMES } from './check-option-names.js';
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
import type { ClientPool } from './pool/client-pool.js';
import { debugFromEnvironment } from './sight/debug-from-environment.js';
import { observeClient, observePackets } from './sight/observe-client.js';
import { openNodeWebSocket } from './transports/node-web-socket.js';
import { TcpTransport } from './transports/tcp-transport.js';
import type { OpenTransport } from './transports/transport.js';

/**
 * Begins a connection with nothing on it yet, to `mqtt:`, `mqtts:`, `ws:` or `wss:`: for programs
 * that try what a server does with packets that no client sends. What the network refuses is told
 * by `closed` of the handler, never thrown.
 */
export const openTransport: OpenTransport = (server, handler, options) =>
  server.protocol.startsWith('ws')
    ? openNodeWebSocket(server, handler, options)
    : TcpTransport.open(server, handler, options);

/** Node.js: MQTT over TCP, TLS and WebSocket. */
const NODE: Platform = {
  clock: new SystemClock(),
  random: systemRandom,
  schemes: ['mqtt:', 'mqtts:', 'tcp:', 'ssl:', 'ws:', 'wss:'],
  open: openTransport,
  get debug() {
    return debugFromEnvironment(process.env, (text) => process.stderr.write(text));
  },
  observe: observeClient,
  made: observePackets,
};

/**
 * Connects to a server, or to one of several.
 *
 * @throws {ClientError} if that cannot be had: with the reason and what to try.
 * @throws {TypeError} if a server is no URL with mqtt, mqtts, ws or wss, or an option is unknown.
 */
export async function connect(servers: Servers, options: ConnectOptions = {}): Promise<Client> {
  checkOptionNames(OPTION_NAMES.connect, options);
  return connectOn(NODE, servers, options);
}

/**
 * A client that does nothing yet: subscribe, then `start()`. For sessions that are not clean, whose
 * messages may come as soon as it is connected.
 *
 * @throws {TypeError} if a server is no URL with mqtt, mqtts, ws or wss, or an option is unknown.
 */
export function createClient(servers: Servers, options: ClientOptions = {}): Client {
  checkOptionNames(OPTION_NAMES.createClient, options);
  return clientOn(NODE, servers, options);
}

/**
 * Several connections that are used as one. None is begun before it is needed.
 *
 * @throws {TypeError} if a server is no URL with mqtt, mqtts, ws or wss, or an option is unknown.
 * @throws {RangeError} if a number is out of range, or a word is none that the option knows.
 */
export function createPool(servers: Servers, options: PoolOptions = {}): ClientPool {
  checkOptionNames(OPTION_NAMES.createPool, options);
  return poolOn(NODE, servers, options);
}

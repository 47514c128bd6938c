import type { ClientOptions } from './client-options.js';
import type { ConnectOptions, PoolOptions } from './create-client.js';

/** All names of some options; those of an option that has options of its own are below it. */
type Names<T> = {
  readonly [name in keyof Required<T>]: true | Readonly<Record<string, true>>;
};

const CLIENT: Names<ClientOptions> = {
  clientId: true,
  cleanSession: true,
  keepAlive: true,
  username: true,
  password: true,
  credentials: true,
  will: { topic: true, payload: true, qos: true, retain: true },
  serverOrder: true,
  connectTimeoutMs: true,
  pingTimeoutMs: true,
  answerTimeoutMs: true,
  reconnect: { minMs: true, maxMs: true, jitter: true },
  retryInitial: true,
  refusalsMax: true,
  inflightMax: true,
  outboxMessagesMax: true,
  outboxBytesMax: true,
  outboxPolicy: true,
  outbox: true,
  maximumPacketSize: true,
  bufferBytesMax: true,
  unclaimed: { afterMs: true, countMax: true, bytesMax: true, policy: true, handler: true },
  tls: true, // what Node.js knows, and more than we name
  headers: true,
  localAddress: true,
  socketPath: true,
  debug: true,
};
const CONNECT: Names<ConnectOptions> = { ...CLIENT, signal: true };
const POOL: Names<PoolOptions> = {
  ...CLIENT,
  size: true,
  maxConnections: true,
  clientsPerConnection: true,
};

/** Which options a call takes. */
export const OPTION_NAMES = { connect: CONNECT, createClient: CLIENT, createPool: POOL };

/**
 * Refuses options that nobody would look at: a misspelt one, or one of another client library. A
 * program without types has no compiler to tell it, and would run with the default.
 *
 * @param within What the options are of, such as `will.`.
 * @throws {TypeError} with the name that was probably meant, or with all that there are.
 */
export function checkOptionNames(names: object, options: object, within = ''): void {
  const known = names as Readonly<Record<string, true | object>>;
  for (const [name, value] of Object.entries<unknown>({ ...options })) {
    if (value === undefined) continue;
    const below = Object.hasOwn(known, name) ? known[name] : undefined;
    if (below === undefined) {
      throw new TypeError(`There is no option '${within}${name}': ${hintFor(name, known)}`);
    }
    if (below === true || typeof value === 'boolean') continue;
    if (typeof value !== 'object' || value === null) {
      const parts = Object.keys(below).join(', ');
      throw new TypeError(`The option '${name}' is an object of ${parts}`);
    }
    checkOptionNames(below, value, `${name}.`);
  }
}

function hintFor(name: string, known: object): string {
  const names = Object.keys(known);
  const plain = plainOf(name);
  const foreign = FOREIGN[plain];
  if (foreign !== undefined && 'clientId' in known) return `use ${foreign}`;
  const [near] = names
    .map((one) => ({ one, letters: lettersShared(plainOf(one), plain) }))
    .filter(({ letters }) => letters >= LETTERS_MIN)
    .sort((a, b) => b.letters - a.letters);
  return near === undefined ? `there are ${names.join(', ')}` : `use ${near.one}`;
}

/** How long the common beginning of two names is. */
function lettersShared(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}

/** What does not depend on how a library writes its names. */
function plainOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z]/g, '');
}

/** A name that begins like one of ours by so many letters is taken for it. */
const LETTERS_MIN = 4;
const SERVER = 'a server URL such as mqtts://host:8883';
const MQTT_5 = 'MQTT 3.1.1, which has nothing like it';

/** What MQTT.js, Paho and other libraries call it, in plain small letters. */
const FOREIGN: Readonly<Record<string, string>> = {
  clean: 'cleanSession',
  cleanstart: 'cleanSession',
  id: 'clientId',
  keepaliveseconds: 'keepAlive',
  keepaliveinterval: 'keepAlive',
  user: 'username',
  pass: 'password',
  connecttimeout: 'connectTimeoutMs',
  timeout: 'connectTimeoutMs',
  reconnectperiod: 'reconnect: { minMs, maxMs }',
  reconnectdelay: 'reconnect: { minMs, maxMs }',
  maxreconnectdelay: 'reconnect: { maxMs }',
  reconnectonconnackerror: 'refusalsMax',
  receivemaximum: 'inflightMax',
  maxinflight: 'inflightMax',
  store: 'outbox',
  incomingstore: 'outbox',
  outgoingstore: 'outbox',
  willmessage: 'will: { topic, payload }',
  wsoptions: 'headers and tls',
  ca: 'tls: { ca }',
  cert: 'tls: { cert }',
  key: 'tls: { key }',
  rejectunauthorized: 'tls: { rejectUnauthorized }',
  servername: 'tls: { servername }',
  servers: 'a list of server URLs as the first argument',
  protocol: SERVER,
  host: SERVER,
  hostname: SERVER,
  port: SERVER,
  usessl: SERVER,
  protocolid: MQTT_5,
  protocolversion: MQTT_5,
  mqttversion: MQTT_5,
  properties: MQTT_5,
};

import { checkRange, type QoS, validateTopicName } from '@magpie/protocol';
import type { BackOffOptions } from './machine/back-off.js';
import type { ClientCredentials, MachineOptions } from './machine/machine-options.js';
import { checkTopic, payloadBytes } from './model/check-arguments.js';
import type { Outbox } from './outbox/outbox.js';
import type { OutboxPolicy } from './session/outbound.js';
import type { InboxOptions } from './subscriptions/inbox.js';
import type { UnclaimedLimits, UnclaimedOptions } from './subscriptions/unclaimed-options.js';
import type { TlsOptions, TransportOptions } from './transports/transport.js';

/** What the server publishes when this client goes without DISCONNECT (MQTT 3.1.1, 3.1.2.5). */
export interface WillOptions {
  readonly topic: string;
  readonly payload?: string | Uint8Array;
  readonly qos?: QoS;
  readonly retain?: boolean;
}

/** Everything has a default. Times are in ms where nothing else is said. */
export interface ClientOptions extends ClientCredentials {
  /** Empty: the server makes one, which needs a clean session. Default: empty. */
  readonly clientId?: string;
  /**
   * Whether the server forgets this client when the connection ends. `false` needs a `clientId`;
   * then subscriptions and messages outlive a lost connection. Default: true.
   */
  readonly cleanSession?: boolean;
  /** Seconds, 0 to 65,535; 0: no PINGREQ, and a dead connection is not noticed. Default: 60. */
  readonly keepAlive?: number;
  readonly will?: WillOptions;
  /** Asked before each attempt, for tokens that expire; instead of `username` and `password`. */
  readonly credentials?: () => ClientCredentials | Promise<ClientCredentials>;
  /** How several servers are chosen. Default: `round-robin`. */
  readonly serverOrder?: 'round-robin' | 'priority';
  /** From the beginning of an attempt to CONNACK. Default: 10,000. */
  readonly connectTimeoutMs?: number;
  /** How long PINGRESP may take. Default: 10,000. */
  readonly pingTimeoutMs?: number;
  /** How long SUBACK and UNSUBACK may take. Default: 30,000. */
  readonly answerTimeoutMs?: number;
  /** Waits between attempts; `false`: a lost connection ends the client. */
  readonly reconnect?: Partial<BackOffOptions> | false;
  /** Whether the first connection is tried again when it cannot be had. Default: false. */
  readonly retryInitial?: boolean;
  /** Permanent refusals in a row (credentials, rights, identifier) before it ends. Default: 3. */
  readonly refusalsMax?: number;
  /**
   * QoS 1 and 2 messages on their way at one time, 1 to 65,534. Default: 20: MQTT 3.1.1 has no way
   * to ask, and mosquitto as it is delivered closes a connection that has more.
   */
  readonly inflightMax?: number;
  /** Most messages and bytes that wait to be sent. Default: 10,000 messages, 16 MiB. */
  readonly outboxMessagesMax?: number;
  readonly outboxBytesMax?: number;
  /** What happens to a publish when that is reached. Default: `reject`. */
  readonly outboxPolicy?: OutboxPolicy;
  /** Keeps QoS 1 and 2 across a restart of the process. Needs `cleanSession: false`. */
  readonly outbox?: Outbox;
  /** Largest packet sent and taken, in bytes. Default: 268,435,460, the largest there can be. */
  readonly maximumPacketSize?: number;
  /** Bytes of messages that the application has not handled; above it reading stops. 16 MiB. */
  readonly bufferBytesMax?: number;
  /** What becomes of QoS 1 and 2 messages that no subscription takes. */
  readonly unclaimed?: UnclaimedOptions;
  readonly tls?: TlsOptions;
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * IP address of this machine to connect from, in Node.js: for machines with several, and for more
   * connections than one address has ports for. Default: the system chooses.
   */
  readonly localAddress?: string;
  /**
   * Path of a Unix socket, or of a pipe of Windows, that is connected to in Node.js instead of host
   * and port of the server, which keeps its scheme; not for WebSocket. Default: none.
   */
  readonly socketPath?: string;
  /** Gets a line for each change of state and each error. */
  readonly debug?: (line: string) => void;
}

/** Options with their defaults, checked; see {@link ClientOptions} for what each means. */
export interface ResolvedOptions extends MachineOptions, InboxOptions {
  readonly transport: TransportOptions;
  readonly credentials: ClientOptions['credentials'];
  readonly username: string | undefined;
  readonly password: string | Uint8Array | undefined;
  readonly outbox: Outbox | undefined;
  readonly debug: ((line: string) => void) | undefined;
}

/** What a client says who it is; a user name in the URL counts where the options have none. */
export function credentialsFor(
  { credentials, username, password }: ResolvedOptions,
  server: URL,
): ClientCredentials | Promise<ClientCredentials> {
  if (credentials !== undefined) return credentials();
  return {
    username: username ?? (decodeURIComponent(server.username) || undefined),
    password: password ?? (decodeURIComponent(server.password) || undefined),
  };
}

/**
 * @param schemes That there is a transport for, with their colon.
 * @param debug Where debug lines go if the options do not say.
 * @throws {TypeError} if a server is no URL of these schemes, or options contradict each other.
 * @throws {RangeError} if a number is out of range, or a word is none that the option knows.
 */
export function resolveOptions(
  servers: string | URL | readonly (string | URL)[],
  options: ClientOptions,
  schemes: readonly string[],
  debug?: (line: string) => void,
): ResolvedOptions {
  const { clientId = '', cleanSession = true, outbox } = options;
  if (!cleanSession && clientId === '') {
    throw new TypeError('cleanSession: false needs a clientId: there is none');
  }
  if (outbox !== undefined && cleanSession) {
    throw new TypeError('outbox needs cleanSession: false, or its session is lost');
  }
  const { reconnect, unclaimed } = options;
  const backOff = reconnect ? backOffOf(reconnect) : BACK_OFF;
  return {
    keepAlive: number(options, 'keepAlive', 60, 0, 65_535),
    connectTimeoutMs: number(options, 'connectTimeoutMs', 10_000, 1),
    pingTimeoutMs: number(options, 'pingTimeoutMs', 10_000, 1),
    answerTimeoutMs: number(options, 'answerTimeoutMs', 30_000, 1),
    maximumPacketSize: number(options, 'maximumPacketSize', PACKET_BYTES_MAX, 32, PACKET_BYTES_MAX),
    refusalsMax: number(options, 'refusalsMax', 3, 1),
    inflightMax: number(options, 'inflightMax', 20, 1, 65_534),
    outboxMessagesMax: number(options, 'outboxMessagesMax', 10_000, 0),
    outboxBytesMax: number(options, 'outboxBytesMax', MIB_16, 0),
    bufferBytesMax: number(options, 'bufferBytesMax', MIB_16, 0),
    serverOrder: word(options, 'serverOrder', 'round-robin', 'priority'),
    outboxPolicy: word(options, 'outboxPolicy', 'reject', 'drop-oldest', 'drop-qos0'),
    servers: serverUrls(servers, schemes),
    clientId,
    cleanSession,
    will: willOf(options.will),
    backOff,
    reconnect: reconnect !== false,
    retryInitial: options.retryInitial ?? false,
    unclaimed: unclaimed ? unclaimedOf(unclaimed) : UNCLAIMED,
    unclaimedHandler: unclaimed?.handler,
    transport: options,
    credentials: options.credentials,
    username: options.username,
    password: options.password,
    outbox,
    debug: options.debug ?? debug,
  };
}

function backOffOf(options: Partial<BackOffOptions>): BackOffOptions {
  const minMs = checkRange('reconnect.minMs', options.minMs ?? 1000, 0);
  const maxMs = checkRange('reconnect.maxMs', options.maxMs ?? 60_000, minMs);
  return {
    minMs,
    maxMs,
    jitter: word(options, 'jitter', 'full', 'decorrelated', 'none'),
  };
}

function unclaimedOf(options: UnclaimedOptions): UnclaimedLimits {
  return {
    afterMs: number(options, 'afterMs', 10_000, 0),
    countMax: number(options, 'countMax', 1000, 0),
    bytesMax: number(options, 'bytesMax', 1_048_576, 0),
    policy: word(options, 'policy', 'drop', 'end'),
  };
}

function number<Name extends string>(
  options: { readonly [name in Name]?: number },
  name: Name,
  otherwise: number,
  min: number,
  max?: number,
): number {
  return checkRange(name, options[name] ?? otherwise, min, max);
}

/** @param words All that there are, the default first. */
function word<Name extends string, const Words extends readonly [string, ...string[]]>(
  options: { readonly [name in Name]?: Words[number] },
  name: Name,
  ...words: Words
): Words[number] {
  const value = options[name] ?? words[0];
  if (words.includes(value)) return value;
  throw new RangeError(`${name} must be one of ${words.join(', ')}: it is ${value}`);
}

function serverUrls(
  servers: string | URL | readonly (string | URL)[],
  schemes: readonly string[],
): readonly string[] {
  const list = [servers].flat();
  if (list.length === 0) throw new TypeError('A client needs a server: there is none');
  return list.map((server) => {
    const url = parseUrl(String(server));
    if (url !== undefined && url.hostname !== '' && schemes.includes(url.protocol)) return url.href;
    const wanted = schemes.map((scheme) => `${scheme}//`).join(', ');
    throw new TypeError(
      `A server must be a URL with ${wanted} and a host: it is '${String(server)}'`,
    );
  });
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function willOf(will: WillOptions | undefined): MachineOptions['will'] {
  if (will === undefined) return undefined;
  const { topic, payload = '', qos = 0, retain = false } = will;
  checkTopic('leave a will to', topic, validateTopicName, qos);
  const bytes = payloadBytes(payload);
  checkRange('will.payload bytes', bytes.length, 0, STRING_BYTES_MAX);
  return { topic, payload: bytes, qos, retain };
}

const PACKET_BYTES_MAX = 268_435_460;
const STRING_BYTES_MAX = 65_535;
const MIB_16 = 16_777_216;

const BACK_OFF = backOffOf({});
/** Shared by all clients that do not say otherwise. */
const UNCLAIMED = unclaimedOf({});

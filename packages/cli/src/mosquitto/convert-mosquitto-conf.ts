import { LIMITS, type LimitName, SYS_INTERVAL_S } from '@magpie/broker';
import type { ConversionNote } from './conversion-note.js';
import { NOT_CONVERTED, NOTHING_TO_DO } from './mosquitto-directives.js';
import type { Directive } from './parse-mosquitto-conf.js';

/** What magpie.yaml will hold; paths as they stand in mosquitto.conf. */
export interface ConvertedConf {
  readonly config: WrittenConfig;
  /** The file of access rules, if there is one, and where it is named. */
  readonly aclFile: Directive | undefined;
  readonly notes: readonly ConversionNote[];
  /** Why it cannot be converted at all: what comes out would let in whom it did not. */
  readonly problems: readonly ConversionNote[];
}

export interface WrittenConfig {
  readonly listeners: readonly WrittenListener[];
  readonly storage: { readonly dir: string } | { readonly memory: true };
  readonly authentication?: {
    anonymous?: boolean;
    users?: string;
    certificate?: { readonly username: 'CN' };
  };
  readonly metrics?: { readonly sysInterval: number };
  readonly limits?: Readonly<Record<string, number>>;
}

export interface WrittenListener {
  type: 'tcp' | 'tls' | 'ws' | 'wss';
  host: string;
  port: number;
  cert?: string;
  key?: string;
  ca?: string;
  crl?: string;
  clientCertificate?: 'require';
  minVersion?: '1.2' | '1.3';
  ciphers?: string;
}

/** Makes a configuration of the lines of mosquitto.conf, as mosquitto 2.0 reads them. */
export function convertMosquittoConf(directives: readonly Directive[]): ConvertedConf {
  const perListener = directives.some(
    ({ name, value }) => name === 'per_listener_settings' && isTrue(value),
  );
  const conversion = new Conversion(perListener);
  for (const directive of directives) conversion.take(directive);
  return conversion.end();
}

/** Who may come in, for all listeners or for one. */
interface Security {
  anonymous?: boolean;
  users?: string;
  acl?: Directive;
}

class Listener {
  readonly place: string;
  readonly security: Security = {};
  host: string;
  port: number;
  webSockets = false;
  /** As mosquitto names them. */
  readonly tls = new Map<string, string>();
  connectionsMax: number | undefined;

  constructor(place: string, port: number, host = EVERY_ADDRESS) {
    this.place = place;
    this.port = port;
    this.host = host;
  }
}

const EVERY_ADDRESS = '0.0.0.0';
const DEFAULT_PORT = 1883;

class Conversion {
  readonly #perListener: boolean;
  readonly #notes: ConversionNote[] = [];
  readonly #problems: ConversionNote[] = [];
  readonly #global: Security = {};
  readonly #listeners: Listener[] = [];
  /** Where `port`, `bind_address` and options before the first `listener` go. */
  readonly #default = new Listener('', DEFAULT_PORT);
  #hasDefault = false;
  #current: Listener = this.#default;
  readonly #limits: Partial<Record<LimitName, number>> = {};
  #persistence = false;
  #sysInterval: number | undefined;

  constructor(perListener: boolean) {
    this.#perListener = perListener;
  }

  take(directive: Directive): void {
    const { name, value, place } = directive;
    const why = Object.hasOwn(NOT_CONVERTED, name) ? NOT_CONVERTED[name] : undefined;
    if (HANDLERS.has(name)) HANDLERS.get(name)?.(this, directive);
    else if (why !== undefined) this.note(place, `${shown(name, value)}: not converted, ${why}`);
    else if (isOfBridge(name)) this.note(place, `${name}: not converted, there are no bridges`);
    else if (!NOTHING_TO_DO.has(name)) this.note(place, `${name} is not known: not converted`);
  }

  note(place: string, text: string): void {
    this.#notes.push({ place, text });
  }

  get listener(): Listener {
    return this.#current;
  }

  /** What the lines about security from here on are about. */
  get security(): Security {
    return this.#perListener ? this.#current.security : this.#global;
  }

  beginListener({ value, place }: Directive): void {
    const [port = '', host] = value.split(/\s+/);
    const number = Number(port);
    if (!Number.isInteger(number) || number < 1 || number > 65_535) {
      this.note(place, `listener ${value}: left out, there are no sockets but those with a port`);
      this.#current = new Listener(place, DEFAULT_PORT); // its options are left out with it
      return;
    }
    this.#current = new Listener(place, number, host);
    this.#listeners.push(this.#current);
  }

  defaultListener(change: (listener: Listener) => void): void {
    this.#hasDefault = true;
    change(this.#default);
  }

  /** @param seconds Between what the broker tells of itself; 0: never. */
  saysAfter(seconds: number): void {
    const { min, max } = SYS_INTERVAL_S;
    this.#sysInterval = Math.min(Math.max(seconds, min), max);
  }

  persists(does: boolean): void {
    this.#persistence = does;
  }

  /** @param value 0 and less: as much as there may be. */
  limit(name: LimitName, value: number, { place, name: from }: Directive): void {
    const spec = LIMITS[name];
    if (!('max' in spec)) return;
    const { min, max } = spec;
    const wanted = value <= 0 ? max : Math.min(Math.max(value, min), max);
    this.#limits[name] = wanted;
    if (value > 0 && wanted !== value) {
      this.note(place, `${from} ${value}: limits.${name} is ${wanted}, from ${min} to ${max}`);
    }
  }

  end(): ConvertedConf {
    if (this.#hasDefault) this.#listeners.unshift(this.#default);
    // As mosquitto does since 2.0: without a listener it is there for this machine alone.
    const isLocal = this.#listeners.length === 0;
    if (isLocal) this.#listeners.push(localListener(this.#default));
    const security = this.#oneSecurity();
    this.#limitConnections();
    const limits = this.#limits as Readonly<Record<string, number>>;
    const config: WrittenConfig = {
      listeners: this.#listeners.map((one) => this.#written(one)),
      storage: this.#persistence ? { dir: './data' } : { memory: true },
      ...this.#authentication(security, isLocal),
      ...(this.#sysInterval !== undefined && { metrics: { sysInterval: this.#sysInterval } }),
      ...(Object.keys(limits).length > 0 && { limits }),
    };
    const { acl: aclFile } = security;
    return { config, aclFile, notes: this.#notes, problems: this.#problems };
  }

  /** Listeners may differ there, and not here. */
  #oneSecurity(): Security {
    if (!this.#perListener) return this.#global;
    const [first, ...others] = this.#listeners;
    for (const { place, security } of others) {
      if (sameSecurity(security, first?.security ?? {})) continue;
      this.#problems.push({
        place,
        text:
          'this listener lets in others than the one before (per_listener_settings): users and '
          + 'access rules are the same at all listeners here, so run a broker for each',
      });
    }
    return first?.security ?? {};
  }

  #limitConnections(): void {
    const counts = this.#listeners.map(({ connectionsMax }) => connectionsMax);
    const given = counts.filter((count) => count !== undefined && count > 0) as number[];
    if (given.length === 0) return;
    const sum = given.reduce((one, other) => one + other, 0);
    const place = this.#listeners.find(({ connectionsMax }) => connectionsMax)?.place ?? '';
    if (given.length === counts.length) this.#limits.connectionsMax = sum;
    if (counts.length === 1) return;
    const what = given.length === counts.length ? `is ${sum}, for` : 'is not set, it is about';
    this.note(place, `max_connections: limits.connectionsMax ${what} all listeners together`);
  }

  #authentication(
    { anonymous: given, users }: Security,
    isLocal: boolean,
  ): Pick<WrittenConfig, 'authentication'> {
    const anonymous = given ?? isLocal;
    const byCertificate = this.#listeners.some(({ tls }) => isTrue(tls.get(IDENTITY)));
    const authentication = {
      ...(anonymous && !isLocal && { anonymous }),
      ...(users !== undefined && { users }),
      ...(byCertificate && { certificate: { username: 'CN' } as const }),
    };
    const nobody = !anonymous && users === undefined && !byCertificate;
    if (nobody) {
      this.note(
        '',
        'nobody may connect: there is neither password_file nor allow_anonymous true. Add users '
          + 'with magpie passwd',
      );
      return { authentication: { anonymous: false } };
    }
    return Object.keys(authentication).length > 0 ? { authentication } : {};
  }

  #written(listener: Listener): WrittenListener {
    const { host, port, webSockets, tls, place } = listener;
    const isSecure = tls.has('certfile');
    const written: WrittenListener = { type: typeOf(webSockets, isSecure), host, port };
    if (webSockets) this.note(place, 'clients of WebSocket have to come to the path /mqtt');
    if (!isSecure) return written;
    const version = tls.get('tls_version');
    const cert = tls.get('certfile') ?? '';
    return {
      ...written,
      cert,
      key: tls.get('keyfile') ?? cert,
      ...given('ca', tls.get('cafile')),
      ...given('crl', tls.get('crlfile')),
      ...given('ciphers', tls.get('ciphers')),
      ...(isTrue(tls.get('require_certificate')) && { clientCertificate: 'require' as const }),
      ...(version === 'tlsv1.3' && { minVersion: '1.3' as const }),
    };
  }
}

type Handler = (conversion: Conversion, directive: Directive) => void;

const IDENTITY = 'use_identity_as_username';
/** Beside its payload, a PUBLISH has a topic of up to 65,535 bytes and 9 bytes of headers. */
const PUBLISH_BYTES_BESIDE_PAYLOAD = 65_535 + 9;

const HANDLERS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ['listener', (conversion, directive) => conversion.beginListener(directive)],
  [
    'port',
    withNumber((conversion, port) => conversion.defaultListener((one) => (one.port = port))),
  ],
  [
    'bind_address',
    (conversion, { value }) => conversion.defaultListener((one) => (one.host = value)),
  ],
  [
    'protocol',
    (conversion, { value, place }) => {
      conversion.listener.webSockets = value === 'websockets';
      if (value === 'mqtt' || value === 'websockets') return;
      conversion.note(place, `protocol ${value} is not known: mqtt is taken`);
    },
  ],
  ...['certfile', 'keyfile', 'cafile', 'crlfile', 'ciphers', 'require_certificate', IDENTITY].map(
    (name): [string, Handler] => [
      name,
      ({ listener }, { value }) => void listener.tls.set(name, value),
    ],
  ),
  [
    'tls_version',
    (conversion, { value, place }) => {
      conversion.listener.tls.set('tls_version', value);
      if (value === 'tlsv1.2' || value === 'tlsv1.3') return;
      conversion.note(place, `tls_version ${value}: 1.2 is the least`);
    },
  ],
  ['max_connections', withNumber(({ listener }, count) => (listener.connectionsMax = count))],
  ['allow_anonymous', ({ security }, { value }) => void (security.anonymous = isTrue(value))],
  ['password_file', ({ security }, { value }) => void (security.users = value)],
  ['acl_file', ({ security }, directive) => void (security.acl = directive)],
  ['persistence', (conversion, { value }) => conversion.persists(isTrue(value))],
  [
    'persistence_location',
    (conversion, { place, value }) => {
      conversion.note(
        place,
        `persistence_location ${value}: data is kept in ./data (storage.dir), and what mosquitto `
          + 'has stored is not taken over: retained messages and sessions begin anew',
      );
    },
  ],
  ['sys_interval', withNumber((conversion, seconds) => conversion.saysAfter(seconds))],
  ['max_queued_messages', limiting('queuedMessagesMax')],
  ['max_queued_bytes', limiting('queuedBytesMax')],
  ['max_inflight_messages', limiting('inflightMax')],
  ['max_packet_size', limiting('packetBytesMax')],
  [
    'message_size_limit',
    withNumber((conversion, bytes, directive) => {
      const packet = bytes <= 0 ? 0 : bytes + PUBLISH_BYTES_BESIDE_PAYLOAD;
      conversion.limit('packetBytesMax', packet, directive);
      if (packet === 0) return;
      const text = `message_size_limit: limits.packetBytesMax is about the whole packet, ${packet}`;
      conversion.note(directive.place, text);
    }),
  ],
  [
    'persistent_client_expiration',
    (conversion, directive) => {
      const seconds = durationSeconds(directive.value);
      if (seconds !== undefined) conversion.limit('sessionExpiry', seconds, directive);
      else conversion.note(directive.place, `${directive.value} is no time such as 2h, 14d or 3m`);
    },
  ],
  [
    'log_type',
    (conversion, { value, place }) => {
      if (value !== 'all' && value !== 'debug') return;
      conversion.note(place, `log_type ${value}: see log.level, which is info`);
    },
  ],
  [
    'include_dir',
    (conversion, { place }) => {
      conversion.note(place, 'include_dir: not converted, convert its files by themselves');
    },
  ],
]);

function withNumber(
  take: (conversion: Conversion, value: number, directive: Directive) => void,
): Handler {
  return (conversion, directive) => {
    const { name, value, place } = directive;
    if (/^-?\d+$/.test(value)) take(conversion, Number(value), directive);
    else conversion.note(place, `${name} ${value}: it must be a number, not converted`);
  };
}

function limiting(name: LimitName): Handler {
  return withNumber((conversion, value, directive) => conversion.limit(name, value, directive));
}

const SECONDS: Readonly<Record<string, number>> = {
  h: 3600,
  d: 86_400,
  w: 7 * 86_400,
  m: 30 * 86_400,
  y: 365 * 86_400,
};

/** `14d` in seconds. */
function durationSeconds(text: string): number | undefined {
  const unit = SECONDS[text.slice(-1)];
  const count = text.slice(0, -1);
  return unit !== undefined && /^\d+$/.test(count) ? Number(count) * unit : undefined;
}

function localListener(options: Listener): Listener {
  const listener = new Listener(options.place, DEFAULT_PORT, '127.0.0.1');
  listener.connectionsMax = options.connectionsMax;
  return listener;
}

function typeOf(webSockets: boolean, isSecure: boolean): WrittenListener['type'] {
  if (webSockets) return isSecure ? 'wss' : 'ws';
  return isSecure ? 'tls' : 'tcp';
}

function given(key: 'ca' | 'crl' | 'ciphers', value: string | undefined): Partial<WrittenListener> {
  return value === undefined ? {} : { [key]: value };
}

function sameSecurity(one: Security, other: Security): boolean {
  return (
    (one.anonymous ?? false) === (other.anonymous ?? false)
    && one.users === other.users
    && one.acl?.value === other.acl?.value
  );
}

function isTrue(value: string | undefined): boolean {
  return value === 'true' || value === '1';
}

function isOfBridge(name: string): boolean {
  return ['bridge_', 'remote_', 'local_', 'notification', 'try_private', 'start_type'].some((one) =>
    name.startsWith(one),
  );
}

/** Not the rest of the line: it may be a secret. */
function shown(name: string, value: string): string {
  return value.length > 0 && value.length < 40 && !name.startsWith('plugin')
    ? `${name} ${value}`
    : name;
}

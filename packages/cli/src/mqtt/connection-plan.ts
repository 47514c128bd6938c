import { readFile, readdir } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { ClientOptions, TlsOptions, WillOptions } from '@magpie/client';
import { type QoS, validateTopicName } from '@magpie/protocol';
import type { ConnectionFlags } from './connection-flags.js';
import { loadProfile } from './profile.js';
import { tlsTermsOf } from './tls-flags.js';
import { UsageError, wholeNumber } from './usage-error.js';

/** Where to connect, and as whom. */
export interface ConnectionPlan {
  readonly server: URL;
  /** The topic that stood in an `mqtt:` URL. */
  readonly topic: string | undefined;
  readonly options: ClientOptions;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What the flags, the environment (`MQTT_URL`, `MQTT_USERNAME`, `MQTT_PASSWORD`) and a profile say
 * together; each beats those behind it. What is meant for one server reaches no other: user and
 * password of the environment are for the host of `MQTT_URL`, if it is set, and all flags of a
 * profile for the host that it names.
 *
 * @throws {UsageError} if they contradict each other or a file cannot be read.
 */
export async function planConnection(
  asked: ConnectionFlags,
  env: Environment,
): Promise<ConnectionPlan> {
  const given = withUnixHost(asked);
  if (given.host !== undefined && given.url !== undefined) {
    throw new UsageError('--host and --url both name a server: give one of them');
  }
  const profile = await loadProfile(given.profile, env);
  const environment = fromEnvironment(env);
  const { flags, place } = flagsFor(given, environment, profile);
  checkProtocolVersion(flags.protocolVersion);
  const { server, topic } = place;
  const own = isEnvironmentFor(environment, server) ? environment : {};
  const theirs = holdsIdentity(profile, server) ? profile : {};
  const username = given.username ?? place.user ?? own.username ?? theirs.username;
  const secret = given.pw ?? place.password ?? own.pw ?? theirs.pw;
  if (username === undefined && given.profile !== undefined && profile.username !== undefined) {
    const why = `The user of the profile ${given.profile} is not for ${server.hostname}`;
    throw new UsageError(`${why}: give --username, or a profile that names this host`);
  }
  if (secret !== undefined && username === undefined) {
    throw new UsageError('A password needs a user name: give --username, too');
  }
  return {
    server,
    topic,
    options: {
      ...(username === undefined ? {} : { username }),
      ...(secret === undefined ? {} : { password: secret }),
      ...sessionOf(flags),
      ...(await willOf(flags)),
      ...wayOf(flags, server),
      tls: await tlsOf(flags),
    },
  };
}

/** A Unix socket leads to this machine: what is meant for another server is not for it. */
function withUnixHost(given: ConnectionFlags): ConnectionFlags {
  const { unix, host, url, port, bindAddress } = given;
  if (unix === undefined) return given;
  if ((host ?? url ?? port ?? bindAddress) === undefined) return { ...given, host: 'localhost' };
  throw new UsageError('--unix is a server: leave out --host, --port, --url and --bind-address');
}

/** The flags that hold, and the server that they lead to. */
function flagsFor(
  given: ConnectionFlags,
  environment: Partial<ConnectionFlags>,
  profile: Partial<ConnectionFlags>,
): { readonly flags: ConnectionFlags; readonly place: Place } {
  if (profile.host !== undefined && profile.url !== undefined) {
    throw new UsageError('A profile names a server by host or by url: give one of them');
  }
  const settings: ConnectionFlags = { ...environment, ...given };
  const all = { ...profile, ...settings };
  const place = placeNamedBy(all, given);
  const named = profile.host ?? profile.url;
  if (named === undefined || isSameHost(placeNamedBy(profile), place)) return { flags: all, place };
  if (given.profile !== undefined) {
    const its = placeNamedBy(profile).server.hostname;
    const why = `The profile ${given.profile} is for ${its} and not for ${place.server.hostname}`;
    throw new UsageError(`${why}: name no other server, or give another profile`);
  }
  return { flags: settings, place: placeNamedBy(settings, given) };
}

function placeNamedBy(flags: ConnectionFlags, { host, port }: ConnectionFlags = {}): Place {
  const url = host === undefined ? flags.url : undefined;
  return url === undefined ? serverOfHost(flags) : serverOfUrl(url, port);
}

function isSameHost({ server: one }: Place, { server: other }: Place): boolean {
  return one.hostname.toLowerCase() === other.hostname.toLowerCase();
}

/** Whether user and password of the environment are for a server: its URL says for which. */
function isEnvironmentFor({ url, username, pw }: Partial<ConnectionFlags>, server: URL): boolean {
  if (url === undefined || (username === undefined && pw === undefined)) return true;
  return isSameHost(serverOfUrl(url), { server, topic: undefined });
}

/** A profile without a server has user and password for this machine, as flags without one. */
function holdsIdentity(profile: Partial<ConnectionFlags>, server: URL): boolean {
  const { host = 'localhost', url } = profile;
  return isSameHost(placeNamedBy(url === undefined ? { host } : { url }), {
    server,
    topic: undefined,
  });
}

/** A URL that is a mere name: `broker.example` means `mqtt://broker.example`. */
export function withScheme<Flags extends { readonly url?: string }>(flags: Flags): Flags {
  const { url } = flags;
  return url === undefined || url.includes('://') ? flags : { ...flags, url: `mqtt://${url}` };
}

function fromEnvironment(env: Environment): Partial<ConnectionFlags> {
  const { MQTT_URL: url, MQTT_USERNAME: username, MQTT_PASSWORD: pw } = env;
  return {
    ...(url === undefined || url === '' ? {} : { url }),
    ...(username === undefined || username === '' ? {} : { username }),
    ...(pw === undefined || pw === '' ? {} : { pw }),
  };
}

interface Place {
  readonly server: URL;
  readonly topic: string | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
}

function serverOfHost(flags: ConnectionFlags): Place {
  const { host = 'localhost', tlsUseOsCerts } = flags;
  const files = flags.cafile ?? flags.capath;
  const secure = files !== undefined || tlsUseOsCerts === true || flags.psk !== undefined;
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  const server = parseUrl(`${secure ? 'mqtts' : 'mqtt'}://${name}`);
  if (server === undefined || server.hostname === '') {
    throw new UsageError(`--host must be a name or an address: it is '${host}'`);
  }
  if (flags.port !== undefined) server.port = String(wholeNumber('--port', flags.port, 1, 65_535));
  return { server, topic: undefined };
}

function serverOfUrl(text: string, port?: string): Place {
  const url = parseUrl(text);
  if (url === undefined || url.hostname === '' || !SCHEMES.includes(url.protocol)) {
    throw new UsageError(`--url must be mqtt://, mqtts://, ws:// or wss:// and a host: ${text}`);
  }
  const user = url.username === '' ? undefined : decoded(url.username);
  const password = url.password === '' ? undefined : decoded(url.password);
  url.username = '';
  url.password = '';
  if (port !== undefined && url.port === '') {
    url.port = String(wholeNumber('--port', port, 1, 65_535));
  }
  if (url.protocol.startsWith('ws')) return { server: url, topic: undefined, user, password };
  // The topic as it was written: a parsed path would have lost its `#`, `?` and dots.
  const topic = /^\w+:\/\/[^/]*\/(.+)$/s.exec(text)?.[1];
  return { server: new URL(`${url.protocol}//${url.host}`), topic, user, password };
}

function sessionOf(flags: ConnectionFlags): Partial<ClientOptions> {
  const { id, idPrefix, disableCleanSession, keepalive, maxInflight } = flags;
  if (id !== undefined && idPrefix !== undefined) {
    throw new UsageError('--id and --id-prefix both name the client: give one of them');
  }
  const clientId = id ?? (idPrefix === undefined ? undefined : `${idPrefix}${process.pid}`);
  if (disableCleanSession === true && (clientId === undefined || clientId === '')) {
    throw new UsageError('A session that outlives its connection needs a name: give --id, too');
  }
  return {
    ...(clientId === undefined ? {} : { clientId }),
    cleanSession: disableCleanSession !== true,
    ...(keepalive === undefined
      ? {}
      : { keepAlive: wholeNumber('--keepalive', keepalive, 0, 65_535) }),
    ...(maxInflight === undefined
      ? {}
      : { inflightMax: wholeNumber('--max-inflight', maxInflight, 1, 65_534) }),
  };
}

async function willOf(flags: ConnectionFlags): Promise<{ will?: WillOptions }> {
  const { willTopic, willPayload, willQos, willRetain } = flags;
  if (willTopic === undefined) {
    if (willPayload === undefined && willQos === undefined && willRetain === undefined) return {};
    throw new UsageError('A will needs a topic: give --will-topic, too');
  }
  const problem = validateTopicName(willTopic);
  if (problem !== undefined) {
    throw new UsageError(`--will-topic cannot be published to: ${problem}`);
  }
  return {
    will: {
      topic: willTopic,
      payload: willPayload ?? '',
      qos: willQos === undefined ? 0 : qosOf('--will-qos', willQos),
      retain: willRetain === true,
    },
  };
}

/** From where, and through which door of this machine. */
function wayOf({ bindAddress, unix }: ConnectionFlags, { protocol }: URL): WayOptions {
  if (bindAddress !== undefined && isIP(bindAddress) === 0) {
    throw new UsageError(`--bind-address must be an IP address: it is '${bindAddress}'`);
  }
  if (unix === undefined) return bindAddress === undefined ? {} : { localAddress: bindAddress };
  if (protocol !== 'mqtt:') throw new UsageError('--unix has no TLS: leave out what turns it on');
  return { socketPath: unix };
}

type WayOptions = Pick<ClientOptions, 'localAddress' | 'socketPath'>;

/** @throws {UsageError} if it is none of 0, 1, 2. */
export function qosOf(flag: string, text: string): QoS {
  return wholeNumber(flag, text, 0, 2) as QoS;
}

async function tlsOf(flags: ConnectionFlags): Promise<TlsOptions> {
  const { cafile, capath, cert, key, servername, insecure } = flags;
  if ((cert === undefined) !== (key === undefined)) {
    throw new UsageError('A client certificate needs its key: give --cert and --key');
  }
  const ca = [
    ...(cafile === undefined ? [] : [await authoritiesOf(cafile)]),
    ...(capath === undefined ? [] : await filesOf('--capath', capath)),
  ];
  return {
    ...(ca.length === 0 ? {} : { ca }),
    ...(cert === undefined || key === undefined ? {} : await pairOf(cert, key)),
    ...(servername === undefined ? {} : { servername }),
    ...(await tlsTermsOf(flags)),
    ...(insecure === true ? { checkServerIdentity: () => undefined } : {}),
  };
}

/** Node.js takes any file for authorities, and trusts nobody if there is none in it. */
async function authoritiesOf(path: string): Promise<Uint8Array> {
  const bytes = await fileOf('--cafile', path);
  if (Buffer.from(bytes).includes('CERTIFICATE-----')) return bytes;
  throw new UsageError(`--cafile has no certificate in PEM: ${path}`);
}

async function pairOf(
  certPath: string,
  keyPath: string,
): Promise<Required<Pick<TlsOptions, 'cert' | 'key'>>> {
  const cert = await fileOf('--cert', certPath);
  const key = await fileOf('--key', keyPath);
  const { createPrivateKey, X509Certificate } = await import('node:crypto');
  const certificate = read('--cert', certPath, () => new X509Certificate(cert));
  const privateKey = read('--key', keyPath, () => createPrivateKey(Buffer.from(key)));
  if (certificate.checkPrivateKey(privateKey)) return { cert, key };
  throw new UsageError(`--key is not the key of --cert: ${keyPath} and ${certPath}`);
}

function read<Read>(flag: string, path: string, parse: () => Read): Read {
  try {
    return parse();
  } catch (error) {
    const why = codeOf(error);
    throw new UsageError(`${flag} cannot be understood: ${path} (${why}). It must be PEM`);
  }
}

async function fileOf(flag: string, path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new UsageError(`${flag} cannot be read: ${path} (${codeOf(error)})`);
  }
}

async function filesOf(flag: string, folder: string): Promise<Uint8Array[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const files = entries.filter((entry) => !entry.isDirectory());
    return await Promise.all(files.map(({ name }) => readFile(join(folder, name))));
  } catch (error) {
    throw new UsageError(`${flag} cannot be read: ${folder} (${codeOf(error)})`);
  }
}

function checkProtocolVersion(version: string | undefined): void {
  if (version === undefined || version === 'mqttv311' || version === '311') return;
  throw new UsageError(`--protocol-version can only be mqttv311 today: it is '${version}'`);
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

const SCHEMES = ['mqtt:', 'mqtts:', 'ws:', 'wss:'];

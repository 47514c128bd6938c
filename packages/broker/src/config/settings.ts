import { LIMITS, limitProblem } from '../model/limits.js';
import type { ConfigProblem, LogLevel } from './broker-config.js';
import { LOG_LEVELS } from './config-schema.js';
import { isHost } from './host-address.js';
import { didYouMean, nearest } from './nearest.js';
import { type FlagValues, type OptionName, OPTIONS, optionEntries } from './options.js';
import { isPath } from './schema-parts.js';
import { shownText, shownValue } from './shown-value.js';
import { SYNC_INTERVAL_MS, SYNC_MODES, type SyncMode } from './sync-modes.js';

/** A setting together with what the operator wrote to get it, for later messages about it. */
export interface Given<T> {
  readonly value: T;
  /** `--host 0.0.0.0` or `MAGPIE_HOST=0.0.0.0` */
  readonly origin: string;
}

/** What one source – the flags, or the environment – says. */
export interface Settings {
  readonly host: Given<string> | undefined;
  readonly port: Given<number> | undefined;
  /** `false`: no WebSocket listener. */
  readonly ws: Given<number | false> | undefined;
  /** `false`: no HTTP port. */
  readonly http: Given<number | false> | undefined;
  readonly storage: StorageChoice | undefined;
  readonly sync: Given<SyncMode> | undefined;
  readonly syncInterval: Given<number> | undefined;
  readonly anonymous: Given<boolean> | undefined;
  readonly logLevel: Given<LogLevel> | undefined;
  /** By name, each within its range. */
  readonly limits: Readonly<Record<string, unknown>>;
}

/** `memory: false` says only what it is not: the file or the default says where it is. */
export type StorageChoice = { readonly dir: string } | { readonly memory: boolean };

export interface ReadSettings {
  readonly settings: Settings;
  readonly problems: readonly ConfigProblem[];
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the flags; everything that is wrong with them is in `problems` at once. */
export function settingsFromFlags(flags: FlagValues): ReadSettings {
  return readSettings({
    usage: true,
    label: (name) => OPTIONS[name].flag,
    raw: (name) => {
      const raw = flags[name];
      if (raw === undefined) return [];
      return typeof raw === 'object' ? raw : [String(raw)];
    },
  });
}

/** Reads the MAGPIE_* variables. An empty one counts as not set. */
export function settingsFromEnv(env: Environment): ReadSettings {
  return readSettings({
    usage: false,
    label: (name) => OPTIONS[name].env,
    raw: (name) => {
      const raw = env[OPTIONS[name].env];
      if (raw === undefined || raw === '' || (name === 'port' && isServiceLink(raw, env)))
        return [];
      return name === 'limit' ? raw.split(',') : [raw];
    },
  });
}

/** Which file the operator named; `undefined` if none. */
export function configFilePath(flags: FlagValues, env: Environment): string | undefined {
  const flag = flags.config;
  if (typeof flag === 'string') return flag;
  return env[OPTIONS.config.env] || undefined;
}

/** One line for each variable that is not ours but looks like a misspelt one of ours. */
export function misspeltVariables(env: Environment): string[] {
  const known = optionEntries().map(([, option]) => option.env);
  return Object.keys(env)
    .filter((name) => name.startsWith('MAGPIE_') && !known.includes(name))
    .filter((name) => nearest(name, known) !== undefined)
    .map((name) => `${shownText(name)} is not a known variable${didYouMean(name, known)}`);
}

/**
 * Kubernetes tells every container about a service called `magpie` by
 * MAGPIE_PORT=tcp://10.0.0.1:1883; that is not meant for us.
 */
function isServiceLink(port: string, env: Environment): boolean {
  return env['MAGPIE_SERVICE_HOST'] !== undefined && /^(?:tcp|udp|sctp):\/\//.test(port);
}

/** One place that settings come from. */
interface Source {
  readonly usage: boolean;
  /** How the operator writes this option here. */
  label(name: OptionName): string;
  /** What the operator gave, in order; empty if nothing. */
  raw(name: OptionName): readonly string[];
}

type Reading<T> = { readonly value: T } | { readonly wanted: string };

function readSettings(source: Source): ReadSettings {
  const problems: ConfigProblem[] = [];
  const problem = (message: string) => problems.push({ message, usage: source.usage });
  const excluding = (name: OptionName, other: OptionName) =>
    `${source.label(name)} and ${source.label(other)} exclude each other`;

  function one<T>(name: OptionName, read: (text: string) => Reading<T>): Given<T> | undefined {
    const text = source.raw(name).at(-1);
    if (text === undefined) return undefined;
    const label = source.label(name);
    const reading = read(text);
    if ('value' in reading) return { value: reading.value, origin: originOf(label, text, source) };
    problem(`${label} must be ${reading.wanted}: current value is ${shownValue(text)}`);
    return undefined;
  }

  function portOrOff(on: OptionName, off: OptionName): Given<number | false> | undefined {
    const port = one(on, readPort);
    const none = one(off, readSwitch);
    if (none?.value !== true) return port;
    if (port === undefined) return { value: false, origin: none.origin };
    problem(excluding(on, off));
    return undefined;
  }

  function storage(): StorageChoice | undefined {
    const dir = one('dataDir', readDirectory);
    const memory = one('memory', readSwitch);
    if (dir === undefined) return memory && { memory: memory.value };
    if (memory?.value === true) problem(excluding('dataDir', 'memory'));
    return { dir: dir.value };
  }

  function limits(): Record<string, unknown> {
    const found: Record<string, unknown> = {};
    const label = source.label('limit');
    for (const text of source.raw('limit')) {
      const reading = readLimit(text);
      if ('problem' in reading) problem(`${label}: ${reading.problem}`);
      else found[reading.name] = reading.value;
    }
    return found;
  }

  const settings: Settings = {
    host: one('host', readHost),
    port: one('port', readPort),
    ws: portOrOff('wsPort', 'noWs'),
    http: portOrOff('httpPort', 'noHttp'),
    storage: storage(),
    sync: one('sync', readSyncMode),
    syncInterval: one('syncInterval', readSyncInterval),
    anonymous: one('allowAnonymous', readSwitch),
    logLevel: one('logLevel', readLogLevel),
    limits: limits(),
  };
  return { settings, problems };
}

function originOf(label: string, text: string, source: Source): string {
  if (!source.usage) return `${label}=${text}`;
  return text === 'true' ? label : `${label} ${text}`;
}

function readHost(text: string): Reading<string> {
  if (isHost(text)) return { value: text };
  return { wanted: 'a host name or an IP address, without a port' };
}

function readPort(text: string): Reading<number> {
  // Number() alone would also take 0x50, 1e3 and spaces.
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return { value: Number(text) };
  return { wanted: 'an integer from 0 to 65535' };
}

function readSwitch(text: string): Reading<boolean> {
  const lower = text.toLowerCase();
  if (lower === 'true' || lower === '1') return { value: true };
  if (lower === 'false' || lower === '0') return { value: false };
  return { wanted: 'true or false' };
}

function readDirectory(text: string): Reading<string> {
  return isPath(text) ? { value: text } : { wanted: 'the path of a directory' };
}

function readLogLevel(text: string): Reading<LogLevel> {
  const value = LOG_LEVELS.find((level) => level === text);
  return value === undefined ? { wanted: `one of ${LOG_LEVELS.join(', ')}` } : { value };
}

function readSyncMode(text: string): Reading<SyncMode> {
  const value = SYNC_MODES.find((mode) => mode === text);
  return value === undefined ? { wanted: `one of ${SYNC_MODES.join(', ')}` } : { value };
}

function readSyncInterval(text: string): Reading<number> {
  const { min, max } = SYNC_INTERVAL_MS;
  const value = Number(text);
  if (/^\d{1,5}$/.test(text) && value >= min && value <= max) return { value };
  return { wanted: `an integer from ${min} to ${max} (ms)` };
}

type LimitReading =
  | { readonly name: string; readonly value: unknown }
  | { readonly problem: string };

function readLimit(text: string): LimitReading {
  const [, name, given] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(text) ?? [];
  if (name === undefined || given === undefined) {
    return { problem: `a limit is written NAME=VALUE: current value is ${shownValue(text)}` };
  }
  const names = Object.keys(LIMITS);
  if (!names.includes(name)) {
    return { problem: `There is no limit ${shownText(name)}${didYouMean(name, names)}` };
  }
  const value = /^-?\d+$/.test(given) ? Number(given) : shownText(given);
  const problem = limitProblem(name, value);
  return problem === undefined ? { name, value } : { problem };
}

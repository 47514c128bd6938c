import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionFlags } from './connection-flags.js';
import { UsageError } from './usage-error.js';

/**
 * Flags of a profile in `~/.config/magpie/profiles.yaml` (`XDG_CONFIG_HOME` counts): a map from
 * names of profiles to maps of long flags, such as `lab: { url: mqtts://lab, username: me }`. The
 * profile `default` holds where none is named.
 *
 * @throws {UsageError} if the profile is not there or the file is none of this form.
 */
export async function loadProfile(
  name: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Partial<ConnectionFlags>> {
  const folder = env['XDG_CONFIG_HOME'] ?? join(env['HOME'] ?? homedir(), '.config');
  const path = join(folder, 'magpie', 'profiles.yaml');
  const text = readIfThere(path);
  if (text === undefined) {
    if (name === undefined) return {};
    throw new UsageError(`There is no profile ${name}: ${path} is not there`);
  }
  const { parse } = await import('yaml');
  let profiles: unknown;
  try {
    profiles = parse(text);
  } catch (error) {
    throw new UsageError(`${path} is no YAML: ${String(error).split('\n', 1)[0]}`);
  }
  if (!isMap(profiles)) throw new UsageError(`${path} must be a map from profiles to flags`);
  if (!Object.hasOwn(profiles, name ?? 'default')) {
    if (name === undefined) return {};
    throw new UsageError(`There is no profile ${name} in ${path}`);
  }
  const profile = profiles[name ?? 'default'];
  if (!isMap(profile)) {
    throw new UsageError(`The profile ${name ?? 'default'} in ${path} must be a map of flags`);
  }
  return Object.fromEntries(
    Object.entries(profile).map(([flag, value]) => [propertyOf(flag, path), valueOf(value)]),
  );
}

/** `will-topic` is `willTopic` to us. */
function propertyOf(flag: string, path: string): string {
  const known = FLAGS.find((one) => one === flag);
  if (known === undefined) {
    throw new UsageError(`${path} has an unknown flag '${flag}': known are ${FLAGS.join(', ')}`);
  }
  return known.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function valueOf(value: unknown): unknown {
  return typeof value === 'number' ? String(value) : value;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** At once: a thread of its own would cost more than the file, which mostly is not there. */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new UsageError(`The profiles cannot be read: ${path} (${code ?? String(error)})`);
  }
}

/** What may stand in a profile. */
const FLAGS: readonly string[] = [
  'host',
  'port',
  'url',
  'username',
  'pw',
  'id',
  'id-prefix',
  'keepalive',
  'max-inflight',
  'cafile',
  'capath',
  'cert',
  'key',
  'tls-use-os-certs',
  'tls-version',
  'ciphers',
  'tls-alpn',
  'psk',
  'psk-identity',
  'bind-address',
  'servername',
  'insecure',
];

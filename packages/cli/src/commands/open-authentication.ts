import { randomBytes } from 'node:crypto';
import { type Clock, SystemClock } from '@magpie/broker';
import {
  type AuthenticationConfig,
  AuthenticatorChain,
  type BrokerConfig,
  CertificateAuthenticator,
  type ChainAuthenticator,
  HttpAuthenticator,
  JwtAuthenticator,
  type JwtConfig,
  type JwtKeys,
  loadTextFile,
  NamelessAuthenticator,
  parseUserFileInSlices,
  type PostgresConfig,
  type RedisConfig,
  UserAuthenticator,
  type Users,
} from '@magpie/broker/server';
import { optional } from './optional-package.js';
import { ServeFailure } from './serve-failure.js';

/**
 * Makes what asks clients who they are, with all files that it needs.
 *
 * @returns `undefined` if nobody is asked.
 * @throws {ServeFailure} if a file cannot be used: nothing is better than half of it.
 */
export async function openAuthentication({
  authentication,
  anonymous,
}: Pick<BrokerConfig, 'authentication' | 'anonymous'>): Promise<AuthenticatorChain | undefined> {
  if (authentication === undefined) return undefined;
  const links = await linksOf(authentication);
  return new AuthenticatorChain(anonymous ? [...links, new NamelessAuthenticator()] : links);
}

async function linksOf({
  certificate,
  jwt,
  users,
  postgres,
  redis,
  http,
}: AuthenticationConfig): Promise<ChainAuthenticator[]> {
  const clock = new SystemClock();
  const links: ChainAuthenticator[] = [];
  if (certificate !== undefined) links.push(new CertificateAuthenticator(certificate.username));
  if (jwt !== undefined) {
    links.push(new JwtAuthenticator({ ...jwt, keys: await readKeys(jwt.keys), clock }));
  }
  if (users !== undefined) links.push(new UserAuthenticator(await readUsers(users, clock)));
  if (postgres !== undefined) links.push(await openPostgres(postgres));
  if (redis !== undefined) links.push(await openRedis(redis));
  if (http !== undefined) {
    links.push(new HttpAuthenticator({ ...http, clock, cacheKey: randomBytes(32) }));
  }
  return links;
}

async function openPostgres({ tls, ca, ...options }: PostgresConfig): Promise<ChainAuthenticator> {
  const authorities = ca === undefined ? tls : { ca: await readText('authorities', ca) };
  const { PostgresAuthenticator } = await optional(
    '@magpie/auth-postgres',
    'authentication.postgres',
    () => {
      return import('@magpie/auth-postgres');
    },
  );
  return new PostgresAuthenticator({ ...options, tls: authorities });
}

async function openRedis({ ca, ...options }: RedisConfig): Promise<ChainAuthenticator> {
  const authorities = ca === undefined ? undefined : await readText('authorities', ca);
  const { RedisAuthenticator } = await optional(
    '@magpie/auth-redis',
    'authentication.redis',
    () => {
      return import('@magpie/auth-redis');
    },
  );
  return new RedisAuthenticator({ ...options, ca: authorities });
}

/** In slices: at a reload, clients are served meanwhile. */
async function readUsers(path: string, clock: Clock): Promise<Users> {
  const text = await readText('user file', path);
  const { users, problems } = await parseUserFileInSlices(text, path, clock);
  if (problems.length > 0) throw new ServeFailure(problems.join('\n'));
  return users;
}

async function readKeys(keys: JwtConfig['keys']): Promise<JwtKeys> {
  if ('secret' in keys) return { secret: Buffer.from(keys.secret) };
  if ('url' in keys) return keys;
  const { file } = keys;
  const text = await readText('key file', file, KEY_FILE_BYTES_MAX);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ServeFailure(`The key file ${file} is no JSON`);
  }
  const { keys: list } = (value ?? {}) as { keys?: unknown };
  if (!Array.isArray(list) || list.length === 0 || !list.every((one) => one instanceof Object)) {
    throw new ServeFailure(`The key file ${file} is no JWKS: it must be {"keys": [ … ]}`);
  }
  return { keySet: value as Extract<JwtKeys, { keySet: unknown }>['keySet'] };
}

async function readText(what: string, path: string, bytesMax = FILE_BYTES_MAX): Promise<string> {
  const loaded = await loadTextFile(path, bytesMax);
  if ('text' in loaded) return loaded.text;
  throw new ServeFailure(`Cannot read the ${what} ${path}: ${loaded.problem}`);
}

/** A hundred thousand users and more. */
const FILE_BYTES_MAX = 64 * 1024 * 1024;
/** A thousand keys: they are read in one go. */
const KEY_FILE_BYTES_MAX = 1024 * 1024;

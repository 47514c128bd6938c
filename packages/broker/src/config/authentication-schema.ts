import { z } from 'zod';
import { boolean, file, integer } from './schema-parts.js';

/** The shape of `authentication` in magpie.yaml. */

const MILLISECONDS = 'an integer from 100 to 60000 (ms)';
const SECONDS = 'an integer from 0 to 86400 (s)';
const URL_WANTED = 'a URL that begins with http:// or https://';
const SECRET_WANTED = 'a text of at least 32 bytes';
const TEXT = 'a text that is not empty';
const text = z.string(TEXT).min(1, TEXT);

export const certificateSchema = z.strictObject(
  {
    username: z
      .enum(['CN', 'DNS', 'email'], 'one of CN, DNS, email')
      .describe('Which name of the client certificate is the user: `CN`, `DNS` or `email`.'),
  },
  'a table of keys',
);

export const jwtSchema = z
  .strictObject(
    {
      secret: z
        .string(SECRET_WANTED)
        .refine((secret) => Buffer.byteLength(secret) >= 32, SECRET_WANTED)
        .optional()
        .describe('Secret for HS256.'),
      jwks: z
        .string('the path of a file or a URL')
        .refine(isPathOrUrl, 'the path of a file or a URL')
        .optional()
        .describe('Keys (JWKS) for RS256 and ES256: a file, or a URL that is asked when needed.'),
      issuer: text.optional().describe('Wanted as `iss`. Default: any.'),
      audience: text.optional().describe('Wanted in `aud`. Default: any.'),
      username: text.optional().describe('The claim that is the user. Default: `sub`.'),
    },
    'a table of keys',
  )
  .refine(({ secret, jwks }) => (secret === undefined) !== (jwks === undefined), {
    path: ['jwks'],
    message: 'given, or secret, but not both',
  });

export const httpAuthenticationSchema = z.strictObject(
  {
    url: z.string(URL_WANTED).refine(isHttpUrl, URL_WANTED).describe('Asked by POST, with JSON.'),
    timeout: integer(100, 60_000, MILLISECONDS)
      .optional()
      .describe('Longest wait for the answer, in ms. Default: `5000`.'),
    cache: integer(0, 86_400, SECONDS)
      .optional()
      .describe('How long a yes holds for the same credentials, in s; `0`: not. Default: `0`.'),
  },
  'a table of keys',
);

const POSTGRES_URL = 'a URL that begins with postgres:// or postgresql://';
const REDIS_URL = 'a URL that begins with redis:// or rediss://';
const QUERY_WANTED = 'a query with the parameter $1';
const KEY_WANTED = 'a key with %u in it';
const timeout = integer(100, 60_000, MILLISECONDS)
  .optional()
  .describe('Longest wait for a connection, and for an answer, in ms. Default: `5000`.');

export const postgresSchema = z
  .strictObject(
    {
      url: z
        .string(POSTGRES_URL)
        .refine((url) => /^postgres(ql)?:\/\//.test(url) && URL.canParse(url), POSTGRES_URL)
        .describe('Where it is: `postgres://user:password@host:5432/database`.'),
      query: z
        .string(QUERY_WANTED)
        .refine((query) => query.includes('$1'), QUERY_WANTED)
        .optional()
        .describe(
          'Gives the hash of the user `$1`, one column of one row. Default: '
            + '`SELECT password FROM users WHERE username = $1`.',
        ),
      tls: boolean.optional().describe('Whether it is asked over TLS. Default: with `ca` alone.'),
      ca: file.optional().describe('Authorities that its certificate is checked against.'),
      connections: integer(1, 100, 'an integer from 1 to 100 (connections)')
        .optional()
        .describe('Most connections to it. Default: `4`.'),
      timeout,
    },
    'a table of keys',
  )
  .refine(({ tls, ca }) => tls !== false || ca === undefined, {
    path: ['ca'],
    message: 'left out: it belongs to tls',
  });

export const redisSchema = z.strictObject(
  {
    url: z
      .string(REDIS_URL)
      .refine((url) => /^rediss?:\/\//.test(url) && URL.canParse(url), REDIS_URL)
      .describe('Where it is: `redis://user:password@host:6379/0`, with TLS `rediss://…`.'),
    ca: file.optional().describe('Authorities that its certificate is checked against.'),
    key: z
      .string(KEY_WANTED)
      .refine((key) => key.includes('%u'), KEY_WANTED)
      .optional()
      .describe('Key of the hash (`HSET`) of a user; `%u` is his name. Default: `mqtt:user:%u`.'),
    field: text.optional().describe('Its field with the password hash. Default: `password`.'),
    timeout,
  },
  'a table of keys',
);

export const authenticationSchema = z.strictObject(
  {
    anonymous: boolean
      .optional()
      .describe(
        'Accept clients without a user name, on every address. Default: on loopback addresses '
          + 'only, and only while nothing else of this section is given.',
      ),
    users: file.optional().describe('File of users, made by `magpie passwd`.'),
    certificate: certificateSchema.optional().describe('Users by client certificates.'),
    jwt: jwtSchema.optional().describe('Users by JSON Web Tokens, sent as passwords.'),
    postgres: postgresSchema.optional().describe('Users in a PostgreSQL database.'),
    redis: redisSchema.optional().describe('Users in Redis.'),
    http: httpAuthenticationSchema.optional().describe('Users by an HTTP service.'),
  },
  'a table of keys',
);

function isHttpUrl(given: string): boolean {
  return /^https?:\/\//.test(given) && URL.canParse(given);
}

function isPathOrUrl(given: string): boolean {
  if (/^https?:\/\//.test(given)) return URL.canParse(given);
  return given !== '' && !given.includes('\0');
}

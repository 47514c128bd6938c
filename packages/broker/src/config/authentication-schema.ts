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

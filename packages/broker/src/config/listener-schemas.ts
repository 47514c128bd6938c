import { z } from 'zod';
import { packetBytes } from './admission-schema.js';
import { boolean, file, host, integer, port } from './schema-parts.js';

/** The shape of one entry of `listeners` in magpie.yaml, by its type. */

const socket = {
  host: host.optional().describe('Address to listen on. Default: `127.0.0.1`.'),
  backlog: integer(1, 65_535, 'an integer from 1 to 65535')
    .optional()
    .describe('Connections the kernel keeps until they are accepted. Default: `1024`.'),
  clientPacketBytesMax: packetBytes
    .optional()
    .describe('Largest packet that its clients are sent, in bytes. Default: that of the limits.'),
};

const path = z
  .string('a path that begins with /')
  .regex(/^\/[^\s?#]*$/, 'a path that begins with /, without query or spaces')
  .optional()
  .describe('Path of the URL; other paths are answered with 404. Default: `/mqtt`.');

const ORIGIN_WANTED = 'an origin such as https://a.example, without a path';
const origins = z
  .array(z.string(ORIGIN_WANTED).refine(isOrigin, ORIGIN_WANTED), 'a list of origins')
  .optional()
  .describe(
    'Web pages that may connect, by their origin, e.g. `[https://a.example]`; others are answered '
      + 'with 403. Clients that are no browsers are not asked. Default: all pages may.',
  );

export const tcpListenerSchema = z.strictObject(
  {
    type: z.literal('tcp', 'tcp').describe('MQTT over TCP.'),
    port: port.optional().describe('Port; `0` takes any free one. Default: `1883`.'),
    ...socket,
    proxyProtocol: boolean
      .optional()
      .describe('Connections begin with a PROXY protocol header (v1 or v2). Default: `false`.'),
  },
  'a table of keys',
);

export const webSocketListenerSchema = z.strictObject(
  {
    type: z.literal('ws', 'ws').describe('MQTT over WebSocket, subprotocol `mqtt`.'),
    port: port.optional().describe('Port; `0` takes any free one. Default: `8083`.'),
    path,
    origins,
    ...socket,
  },
  'a table of keys',
);

const pair = {
  cert: file.describe('The certificate, and behind it the chain to its root: PEM.'),
  key: file.describe('Its private key, not encrypted: PEM.'),
};
const CLIENT_CERTIFICATES = ['none', 'request', 'require'] as const;

const tls = {
  ...pair,
  certificates: z
    .array(z.strictObject(pair, 'a table of keys'), 'a list of certificates')
    .optional()
    .describe(
      'Further certificates, each `{ cert, key }`: a client that asks for one of their names '
        + '(SNI) gets it, any other the first. Default: none.',
    ),
  ca: file.optional().describe('Authorities whose client certificates are good: PEM.'),
  crl: file
    .optional()
    .describe('Revocation lists, one of each authority of the chain: PEM. Default: none.'),
  clientCertificate: z
    .enum(CLIENT_CERTIFICATES, `one of ${CLIENT_CERTIFICATES.join(', ')}`)
    .optional()
    .describe(
      'Whether a client shows a certificate: `none`, `request` (it may come without, but what it '
        + 'shows has to be good) or `require`. Default: `none`.',
    ),
  minVersion: z
    .enum(['1.2', '1.3'], 'one of "1.2", "1.3"')
    .optional()
    .describe('Lowest version of TLS. Default: `"1.2"`.'),
  ciphers: z
    .string('a list of ciphers')
    .min(1, 'a list of ciphers')
    .optional()
    .describe('Ciphers in the words of OpenSSL. Default: those of Node.js.'),
};

export const tlsListenerSchema = withAuthorities(
  z.strictObject(
    {
      type: z.literal('tls', 'tls').describe('MQTT over TLS.'),
      port: port.optional().describe('Port; `0` takes any free one. Default: `8883`.'),
      ...socket,
      ...tls,
    },
    'a table of keys',
  ),
);

export const secureWebSocketListenerSchema = withAuthorities(
  z.strictObject(
    {
      type: z.literal('wss', 'wss').describe('MQTT over WebSocket over TLS.'),
      port: port.optional().describe('Port; `0` takes any free one. Default: `8084`.'),
      path,
      origins,
      ...socket,
      ...tls,
    },
    'a table of keys',
  ),
);

export const LISTENER_SCHEMAS = {
  tcp: tcpListenerSchema,
  tls: tlsListenerSchema,
  ws: webSocketListenerSchema,
  wss: secureWebSocketListenerSchema,
} as const;
const LISTENER_TYPES = 'one of tcp, tls, ws, wss';

export const listenerSchema = z.discriminatedUnion(
  'type',
  [tcpListenerSchema, tlsListenerSchema, webSocketListenerSchema, secureWebSocketListenerSchema],
  // The same schema speaks of an entry that is no table and of a table with a wrong type.
  { error: ({ input }) => (input instanceof Object ? LISTENER_TYPES : 'a table of keys') },
);

/** As a browser writes it: scheme and host, and the port unless it is the usual one. */
function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text.toLowerCase();
}

/** Client certificates are checked against somebody, and lists of revoked ones are of somebody. */
function withAuthorities<T extends z.ZodObject>(schema: T): T {
  const knows = (value: unknown, needs: (given: GivenTls) => boolean) => {
    const given = value as GivenTls;
    return given.ca !== undefined || !needs(given);
  };
  return schema
    .refine((value) => knows(value, asksForCertificates), {
      path: ['ca'],
      message: 'given where client certificates are asked for',
    })
    .refine((value) => knows(value, ({ crl }) => crl !== undefined), {
      path: ['ca'],
      message: 'given beside crl',
    });
}

interface GivenTls {
  readonly ca?: string;
  readonly crl?: string;
  readonly clientCertificate?: (typeof CLIENT_CERTIFICATES)[number];
}

function asksForCertificates({ clientCertificate = 'none' }: GivenTls): boolean {
  return clientCertificate !== 'none';
}

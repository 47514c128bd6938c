import { z } from 'zod';
import { LIMITS } from '../model/limits.js';
import { isHost } from './host-address.js';

/**
 * The shape of magpie.yaml. Keys have the names of the flags where there is one.
 *
 * A message of this schema says only what is wanted (`an integer from 0 to 65535`); config-file.ts
 * adds where it stands and what is there. Descriptions are the text of docs/configuration.md.
 */

const PORT_WANTED = 'an integer from 0 to 65535';
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

const port = integer(0, 65_535, PORT_WANTED);
const host = z
  .string('a host name or an IP address')
  .refine(isHost, 'a host name or an IP address, without a port');
const boolean = z.boolean('true or false');

const socket = {
  host: host.optional().describe('Address to listen on. Default: `127.0.0.1`.'),
  backlog: integer(1, 65_535, 'an integer from 1 to 65535')
    .optional()
    .describe('Connections the kernel keeps until they are accepted. Default: `1024`.'),
};

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
    path: z
      .string('a path that begins with /')
      .regex(/^\/[^\s?#]*$/, 'a path that begins with /, without query or spaces')
      .optional()
      .describe('Path of the URL; other paths are answered with 404. Default: `/mqtt`.'),
    ...socket,
  },
  'a table of keys',
);

export const httpSchema = z.strictObject(
  {
    host: host.optional().describe('Address to listen on. Default: `127.0.0.1`.'),
    port: port.optional().describe('Port; `0` takes any free one. Default: `18083`.'),
  },
  'a table of keys',
);

export const storageSchema = z
  .strictObject(
    {
      dir: z
        .string('the path of a directory')
        .refine(isDirectoryPath, 'the path of a directory')
        .optional()
        .describe('Directory for state, seen from the folder of the file. Default: see above.'),
      memory: boolean
        .optional()
        .describe('Keep all state in memory: nothing survives a restart. Default: `false`.'),
    },
    'a table of keys',
  )
  .refine(({ dir, memory }) => dir === undefined || memory !== true, {
    path: ['memory'],
    message: 'false or left out beside storage.dir',
  });

export const authenticationSchema = z.strictObject(
  {
    anonymous: boolean
      .optional()
      .describe(
        'Accept clients without authentication on every address. '
          + 'Default: on loopback addresses only.',
      ),
  },
  'a table of keys',
);

export const logSchema = z.strictObject(
  {
    level: z
      .enum(LOG_LEVELS, `one of ${LOG_LEVELS.join(', ')}`)
      .optional()
      .describe(`Log this and what is graver: ${LOG_LEVELS.join(', ')}. Default: \`info\`.`),
  },
  'a table of keys',
);

export const limitsSchema = z.strictObject(limitShape(), 'a table of limits by name');

export const configSchema = z.strictObject(
  {
    listeners: z
      .array(
        z.discriminatedUnion(
          'type',
          [tcpListenerSchema, webSocketListenerSchema],
          // The same schema speaks of an entry that is no table and of a table with a wrong type.
          { error: ({ input }) => (input instanceof Object ? 'tcp or ws' : 'a table of keys') },
        ),
        'a list of listeners',
      )
      .min(1, 'a list of at least one listener')
      .optional(),
    http: httpSchema.optional(),
    storage: storageSchema.optional(),
    authentication: authenticationSchema.optional(),
    limits: limitsSchema.optional(),
    log: logSchema.optional(),
  },
  'a table of keys',
);

/** Whether the system can be asked for it at all; what is there is looked at when it is opened. */
export function isDirectoryPath(text: string): boolean {
  return text !== '' && !text.includes('\0');
}

/** What a magpie.yaml may say; everything can be left out. */
export type FileConfig = z.infer<typeof configSchema>;

/**
 * Names of the keys that are known at `path` inside `root`; empty where there is no table of keys.
 * Of several kinds of listeners, the one whose `type` the value has.
 */
export function knownKeys(path: readonly PropertyKey[], root: unknown): readonly string[] {
  let schema: unknown = configSchema;
  let value = root;
  for (const step of path) {
    schema = unwrapped(schema, value);
    if (schema instanceof z.ZodObject) schema = schema.shape[String(step)];
    else if (schema instanceof z.ZodArray) schema = schema.element;
    else return [];
    value = (value as Record<PropertyKey, unknown> | undefined)?.[step];
  }
  schema = unwrapped(schema, value);
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

function unwrapped(schema: unknown, value: unknown): unknown {
  if (schema instanceof z.ZodOptional) return unwrapped(schema.unwrap(), value);
  if (!(schema instanceof z.ZodDiscriminatedUnion)) return schema;
  const type = (value as { type?: unknown } | undefined)?.type;
  return type === 'ws' ? webSocketListenerSchema : tcpListenerSchema;
}

function integer(min: number, max: number, wanted: string) {
  return z.int(wanted).min(min, wanted).max(max, wanted);
}

/** A row of the LIMITS table as an optional key of the `limits` section. */
function limitShape() {
  const rows = Object.entries(LIMITS).map(([name, spec]) => {
    const schema =
      'values' in spec
        ? z.enum(spec.values, `one of ${spec.values.join(', ')}`)
        : integer(spec.min, spec.max, `an integer from ${spec.min} to ${spec.max} (${spec.unit})`);
    return [name, schema.optional()] as const;
  });
  return Object.fromEntries(rows);
}

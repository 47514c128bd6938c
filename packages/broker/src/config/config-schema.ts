import { validateTopicFilter } from '@magpie/protocol';
import { z } from 'zod';
import { LIMITS } from '../model/limits.js';
import { METERED_TOPICS_MAX, SYS_INTERVAL_S } from '../model/metrics-options.js';
import { TRACE_NUMBERS } from '../model/trace-numbers.js';
import { banSchema, clientSchema } from './admission-schema.js';
import { authenticationSchema } from './authentication-schema.js';
import { LISTENER_SCHEMAS, listenerSchema } from './listener-schemas.js';
import { boolean, file, host, integer, isPath, meteredTopic, port } from './schema-parts.js';
import { SYNC_INTERVAL_MS, SYNC_MODES } from './sync-modes.js';

/**
 * The shape of magpie.yaml. Keys have the names of the flags where there is one.
 *
 * A message of this schema says only what is wanted (`an integer from 0 to 65535`); config-file.ts
 * adds where it stands and what is there. Descriptions are the text of docs/configuration.md.
 */

const SAMPLE = TRACE_NUMBERS.sample;
const COLLECTOR_WANTED = 'the address of a collector, with http or https';
const HEADERS_WANTED = 'names and values that HTTP can carry';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

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
        .refine(isPath, 'the path of a directory')
        .optional()
        .describe('Directory for state, seen from the folder of the file. Default: see above.'),
      memory: boolean
        .optional()
        .describe('Keep all state in memory: nothing survives a restart. Default: `false`.'),
      sync: z
        .enum(SYNC_MODES, `one of ${SYNC_MODES.join(', ')}`)
        .optional()
        .describe(
          `When what is acknowledged is on disk: ${SYNC_MODES.join(', ')}; see above. `
            + 'Default: `always`.',
        ),
      syncInterval: integer(
        SYNC_INTERVAL_MS.min,
        SYNC_INTERVAL_MS.max,
        `an integer from ${SYNC_INTERVAL_MS.min} to ${SYNC_INTERVAL_MS.max} (ms)`,
      )
        .optional()
        .describe(
          'With `sync: interval`, from one sync to the next, in ms: '
            + `${SYNC_INTERVAL_MS.min} to ${SYNC_INTERVAL_MS.max}. `
            + `Default: \`${SYNC_INTERVAL_MS.default}\`.`,
        ),
      backups: z
        .string('the path of a directory')
        .refine(isPath, 'the path of a directory')
        .optional()
        .describe(
          'Directory in which backups are made over HTTP, seen from the folder of the file. '
            + 'Default: none are made there.',
        ),
    },
    'a table of keys',
  )
  .refine(({ dir, memory }) => dir === undefined || memory !== true, {
    path: ['memory'],
    message: 'false or left out beside storage.dir',
  });

export const logSchema = z.strictObject(
  {
    level: z
      .enum(LOG_LEVELS, `one of ${LOG_LEVELS.join(', ')}`)
      .optional()
      .describe(`Log this and what is graver: ${LOG_LEVELS.join(', ')}. Default: \`info\`.`),
  },
  'a table of keys',
);

const SYS_INTERVAL = `${SYS_INTERVAL_S.min} to ${SYS_INTERVAL_S.max}`;

export const metricsSchema = z.strictObject(
  {
    sysInterval: integer(
      SYS_INTERVAL_S.min,
      SYS_INTERVAL_S.max,
      `an integer from ${SYS_INTERVAL} (s)`,
    )
      .optional()
      .describe(
        'Seconds from one time to the next that the broker tells of itself on `$SYS/broker/…`: '
          + `${SYS_INTERVAL}; 0: never. Default: \`${SYS_INTERVAL_S.default}\`.`,
      ),
    topics: z
      .array(meteredTopic, 'a list of topic filters')
      .max(METERED_TOPICS_MAX, `a list of at most ${METERED_TOPICS_MAX} topic filters`)
      .refine((topics) => new Set(topics).size === topics.length, 'a list without repetitions')
      .optional()
      .describe(
        'Topic filters whose messages are counted by themselves, at most '
          + `${METERED_TOPICS_MAX}. Default: none.`,
      ),
  },
  'a table of keys',
);

export const otlpSchema = z.strictObject(
  {
    url: z
      .string(COLLECTOR_WANTED)
      .refine(isWebAddress, COLLECTOR_WANTED)
      .describe('Of the collector, `http://collector:4318`; without a path it is `/v1/traces`.'),
    headers: z
      .record(z.string(), z.string('a text'), 'a table of headers')
      .refine((headers) => Object.entries(headers).every(isHeader), HEADERS_WANTED)
      .optional()
      .describe('Sent with each request, such as `authorization`. Default: none.'),
    sample: integer(SAMPLE.min, SAMPLE.max, `an integer from ${SAMPLE.min} to ${SAMPLE.max}`)
      .optional()
      .describe('One message in so many. Default: `100`.'),
    topic: z
      .string('a topic filter')
      .refine((filter) => validateTopicFilter(filter) === undefined, 'a topic filter')
      .optional()
      .describe('Only messages that match. Default: all topics but those that begin with `$`.'),
  },
  'a table of keys',
);

export const limitsSchema = z.strictObject(limitShape(), 'a table of limits by name');

export const configSchema = z.strictObject(
  {
    listeners: z
      .array(listenerSchema, 'a list of listeners')
      .min(1, 'a list of at least one listener')
      .optional(),
    http: httpSchema.optional(),
    storage: storageSchema.optional(),
    authentication: authenticationSchema.optional(),
    authorization: file.optional(),
    bans: z.array(banSchema, 'a list of bans').optional(),
    clients: z.array(clientSchema, 'a list of rules').optional(),
    metrics: metricsSchema.optional(),
    otlp: otlpSchema.optional(),
    limits: limitsSchema.optional(),
    log: logSchema.optional(),
  },
  'a table of keys',
);

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
  const type = String((value as { type?: unknown } | undefined)?.type);
  return Object.hasOwn(LISTENER_SCHEMAS, type)
    ? LISTENER_SCHEMAS[type as keyof typeof LISTENER_SCHEMAS]
    : LISTENER_SCHEMAS.tcp;
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
}

function isHeader([name, value]: readonly [string, string]): boolean {
  try {
    new Headers().set(name, value);
    return true;
  } catch {
    return false;
  }
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

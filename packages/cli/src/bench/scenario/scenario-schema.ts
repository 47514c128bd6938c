import { z } from 'zod';
import { FIELD_SCHEMAS, fieldSchema, TABLE } from './field-schemas.js';
import { STAMP_KEY } from './stamped-fields.js';

/**
 * The shape of a scenario file. A message says only what is wanted: where it stands and what is
 * there is added to it. Descriptions are the text of docs/scenarios.md.
 */

const NAME = 'letters, digits, - and _';
const SECONDS = 'seconds, from 0 to 86400';
const MORE_SECONDS = 'more than 0 seconds, at most 86400';
const PAIR = 'two numbers of seconds, the lower one first: [5, 30]';
const QOS = 'a QoS: 0, 1 or 2';
const COUNT = 'a whole number from 1 to 1000000';
const SHARE = 'a number above 0, at most 1';
const BETWEEN = 'a number from 0 to 1';
const SIZE = 'a whole number from 24 to 268000000';
const TEXT = 'a text that is not empty';
const RATE = 'a number above 0, at most 100000';
const SEED = 'a whole number from 0 to 4294967295';
const KEEP_ALIVE = 'a whole number from 0 to 65535';
const HOW = ['clean', 'abrupt'] as const;
const SESSIONS = ['clean', 'persistent'] as const;
const DAY_S = 86_400;

const seconds = z.number(SECONDS).min(0, SECONDS).max(DAY_S, SECONDS);
const moreSeconds = z.number(MORE_SECONDS).positive(MORE_SECONDS).max(DAY_S, MORE_SECONDS);
const pair = z.tuple([seconds, seconds], PAIR).refine(([low, high]) => low <= high, PAIR);
const qos = z.literal([0, 1, 2], QOS);
const between = z.number(BETWEEN).min(0, BETWEEN).max(1, BETWEEN);
const boolean = z.boolean('true or false');
const template = z.string(TEXT).min(1, TEXT);
const stamp = boolean
  .optional()
  .describe(
    `Whether it carries its number and time, as \`${STAMP_KEY}\`. \`false\`: the payload is just `
      + 'what is written here, and a subscriber cannot measure it. Default: `true`.',
  );
const fields = z
  .record(z.string(), fieldSchema, 'a table of fields by name')
  .refine((all) => !Object.hasOwn(all, STAMP_KEY), `a table without ${STAMP_KEY}: that is ours`);

/** By the value of `format`. */
export const PAYLOAD_SCHEMAS = {
  bytes: z.strictObject(
    {
      format: z.literal('bytes', '`bytes`').describe('Bytes that say nothing.'),
      size: z
        .int(SIZE)
        .min(24, SIZE)
        .max(268_000_000, SIZE)
        .describe('How many; the first 24 are number and time.'),
    },
    TABLE,
  ),
  json: z.strictObject(
    {
      format: z.literal('json', '`json`').describe('An object of JSON.'),
      fields: fields.describe('Its fields by name, in this order.'),
      stamp,
    },
    TABLE,
  ),
  cbor: z.strictObject(
    {
      format: z.literal('cbor', '`cbor`').describe('A map of CBOR.'),
      fields: fields.describe('Its fields by name, in this order.'),
      stamp,
    },
    TABLE,
  ),
  text: z.strictObject(
    {
      format: z.literal('text', '`text`').describe('A text.'),
      text: template.describe(
        '`{name}` stands for a field, `{n}`, `{id}` and `{group}` as in topics.',
      ),
      fields: fields.optional().describe('The fields that stand in it.'),
      stamp,
    },
    TABLE,
  ),
} as const;

const payloadSchema = z.discriminatedUnion(
  'format',
  [PAYLOAD_SCHEMAS.bytes, PAYLOAD_SCHEMAS.json, PAYLOAD_SCHEMAS.cbor, PAYLOAD_SCHEMAS.text],
  {
    error: ({ input }) =>
      input instanceof Object ? `one of ${Object.keys(PAYLOAD_SCHEMAS).join(', ')}` : TABLE,
  },
);

const message = {
  topic: template.describe('Topic; `{n}`, `{id}` and `{group}` stand for names of the device.'),
  qos: qos.optional().describe('Default: `0`.'),
  retain: boolean.optional().describe('Whether the server keeps the last one. Default: `false`.'),
  payload: payloadSchema.optional().describe('Default: `{ format: bytes, size: 100 }`.'),
};

export const willSchema = z.strictObject(message, TABLE);

export const publishSchema = z
  .strictObject(
    {
      ...message,
      every: moreSeconds.optional().describe('Seconds from one message to the next.'),
      rate: z
        .number(RATE)
        .positive(RATE)
        .max(100_000, RATE)
        .optional()
        .describe('Messages a second of each device, instead of `every`.'),
      jitter: between
        .optional()
        .describe('Part of the interval by which messages come early or late. Default: `0`.'),
      phase: between
        .optional()
        .describe(
          'Part of the interval before the first one: with `0` all devices are in step. Default: '
            + 'each device its own.',
        ),
    },
    TABLE,
  )
  .superRefine(({ every, rate }, context) => {
    if ((every === undefined) !== (rate === undefined)) return;
    context.addIssue({ code: 'custom', message: 'a table with either every or rate' });
  });

export const subscribeSchema = z.strictObject(
  {
    topic: template.describe('Topic filter, with `{n}`, `{id}` and `{group}` as in topics.'),
    qos: qos.optional().describe('Default: `0`.'),
  },
  TABLE,
);

export const leaveSchema = z
  .strictObject(
    {
      after: pair
        .optional()
        .describe(
          'Seconds connected before it goes, from the fewest to the most; again and again.',
        ),
      at: seconds
        .optional()
        .describe(
          'A storm: all go at once, so many seconds after the warm-up; instead of `after`.',
        ),
      away: pair.describe('Seconds away, from the fewest to the most.'),
      how: z
        .enum(HOW, `one of ${HOW.join(', ')}`)
        .optional()
        .describe(
          '`clean`: with DISCONNECT. `abrupt`: the connection breaks, so the server publishes the '
            + 'will. Default: `abrupt`.',
        ),
      share: z
        .number(SHARE)
        .positive(SHARE)
        .max(1, SHARE)
        .optional()
        .describe('Part of the devices that do this. Default: `1`, all.'),
    },
    TABLE,
  )
  .superRefine(({ after, at }, context) => {
    if ((after === undefined) !== (at === undefined)) return;
    context.addIssue({ code: 'custom', message: 'a table with either after or at' });
  });

export const groupSchema = z.strictObject(
  {
    name: z
      .string(NAME)
      .regex(/^[\w-]{1,64}$/, NAME)
      .describe('What the group is called.'),
    count: z.int(COUNT).min(1, COUNT).max(1_000_000, COUNT).describe('How many devices.'),
    clientId: template
      .optional()
      .describe(
        'Client identifier; `{n}` is the number of the device, from 0, `{group}` the name of the '
          + 'group. Default: `--id`, or `bench-`, before group and number.',
      ),
    session: z
      .enum(SESSIONS, `one of ${SESSIONS.join(', ')}`)
      .optional()
      .describe(
        '`persistent`: the server keeps subscriptions and messages while the device is away, and '
          + 'the device sends again what was not acknowledged. Default: `clean`.',
      ),
    keepAlive: z
      .int(KEEP_ALIVE)
      .min(0, KEEP_ALIVE)
      .max(65_535, KEEP_ALIVE)
      .optional()
      .describe('Seconds; `0`: none. Default: that of `--keepalive`.'),
    username: template
      .optional()
      .describe('With `{n}`, `{id}` and `{group}`. Default: `--username`.'),
    password: template.optional().describe('The same. Default: `--pw`.'),
    will: willSchema.optional().describe('What the server publishes when a connection breaks.'),
    publish: z
      .array(publishSchema, 'a list of tables')
      .optional()
      .describe('What each device publishes.'),
    subscribe: z
      .array(subscribeSchema, 'a list of tables')
      .optional()
      .describe('What each device subscribes to.'),
    leave: z
      .array(leaveSchema, 'a list of tables')
      .optional()
      .describe('When devices go and come back. Default: they stay.'),
  },
  TABLE,
);

export const scenarioSchema = z.strictObject(
  {
    name: z
      .string(NAME)
      .regex(/^[\w-]{1,64}$/, NAME)
      .optional()
      .describe('Name in results and metrics. Default: `scenario`.'),
    seed: z
      .int(SEED)
      .min(0, SEED)
      .max(2 ** 32 - 1, SEED)
      .optional()
      .describe('What all that is drawn comes from: the same seed, the same run. Default: `1`.'),
    warmUp: seconds.optional().describe('Seconds of load before it is measured. Default: `2`.'),
    duration: moreSeconds.describe('Seconds that are measured.'),
    drain: seconds
      .optional()
      .describe('Seconds to wait for what does not arrive, as long as nothing does. Default: `3`.'),
    ramp: seconds
      .optional()
      .describe('Seconds over which the connections are opened first. Default: `0`, at once.'),
    groups: z
      .array(groupSchema, 'a list of groups')
      .min(1, 'a list of at least one group')
      .describe('Devices that do the same.'),
  },
  TABLE,
);

export type ScenarioValues = z.infer<typeof scenarioSchema>;
export type GroupValues = z.infer<typeof groupSchema>;
export type MessageValues = z.infer<typeof willSchema>;

/** Names of the keys that are known at a place of the file, for hints at misspelt ones. */
export function knownScenarioKeys(path: readonly PropertyKey[], root: unknown): readonly string[] {
  let schema: unknown = scenarioSchema;
  let value = root;
  for (const step of path) {
    schema = shapeOf(schema, value);
    if (schema instanceof z.ZodObject) schema = schema.shape[String(step)];
    else if (schema instanceof z.ZodArray) schema = schema.element;
    else if (schema instanceof z.ZodRecord) schema = schema.valueType;
    else return [];
    value = (value as Record<PropertyKey, unknown> | undefined)?.[step];
  }
  schema = shapeOf(schema, value);
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** The schema of a value, without what stands around it. */
function shapeOf(schema: unknown, value: unknown): unknown {
  if (schema instanceof z.ZodOptional) return shapeOf(schema.unwrap(), value);
  if (!(schema instanceof z.ZodDiscriminatedUnion)) return schema;
  const { discriminator } = schema.def;
  const kinds: Readonly<Record<string, unknown>> =
    discriminator === 'type' ? FIELD_SCHEMAS : PAYLOAD_SCHEMAS;
  const kind = (value as Readonly<Record<string, unknown>> | undefined)?.[discriminator];
  return typeof kind === 'string' && Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
}

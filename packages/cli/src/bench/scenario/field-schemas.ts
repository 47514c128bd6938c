import { z } from 'zod';

/**
 * What a field of a payload can be. A message says only what is wanted: where it stands and what is
 * there is added to it. Descriptions are the text of docs/scenarios.md.
 */

export const TABLE = 'a table of keys';
const NUMBER = 'a number';
const WHOLE = 'a whole number';
const DECIMALS = 'a whole number from 0 to 9';

const number = z.number(NUMBER);
const whole = z.int(WHOLE);
const decimals = z
  .int(DECIMALS)
  .min(0, DECIMALS)
  .max(9, DECIMALS)
  .optional()
  .describe('Digits behind the point. Default: `2`.');
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()], {
  error: 'a text, a number, true, false or null',
});
const WEIGHTS = 'a list of numbers from 0 on, one for each of `of`, of which one is above 0';
const LENGTH = 'a whole number from 1 to 65536';
const ABOVE = 'a number above 0';
const PERIOD = 'more than 0 seconds';
const SHARE = 'a number from 0 to 1';
const TIMES = ['ms', 's', 'iso'] as const;
const share = z.number(SHARE).min(0, SHARE).max(1, SHARE);
const range = {
  min: number.describe('The lowest value.'),
  max: number.describe('The highest.'),
};

const constantSchema = z.strictObject(
  {
    type: z.literal('constant', '`constant`').describe('Always the same.'),
    value: scalar.describe('The value.'),
  },
  TABLE,
);

const counterSchema = z.strictObject(
  {
    type: z
      .literal('counter', '`counter`')
      .describe('Counts what was due, also while the device was away.'),
    start: whole.optional().describe('The first value. Default: `0`.'),
    step: whole.optional().describe('From one to the next. Default: `1`.'),
  },
  TABLE,
);

const intSchema = z.strictObject(
  {
    type: z.literal('int', '`int`').describe('Any whole number, each as often.'),
    min: whole.describe('The lowest value.'),
    max: whole.describe('The highest.'),
  },
  TABLE,
);

const floatSchema = z.strictObject(
  {
    type: z.literal('float', '`float`').describe('Any number, each as often.'),
    ...range,
    decimals,
  },
  TABLE,
);

const walkSchema = z.strictObject(
  {
    type: z.literal('walk', '`walk`').describe('A value that goes a little up or down each time.'),
    ...range,
    step: z.number(ABOVE).positive(ABOVE).describe('Most that it goes at one time.'),
    start: number.optional().describe('The first value. Default: any from `min` to `max`.'),
    decimals,
  },
  TABLE,
);

const choiceSchema = z.strictObject(
  {
    type: z.literal('choice', '`choice`').describe('One of several values.'),
    of: z
      .array(scalar, 'a list of values')
      .min(1, 'a list of at least one value')
      .describe('The values.'),
    weights: z
      .array(z.number(WEIGHTS).min(0, WEIGHTS), WEIGHTS)
      .optional()
      .describe('How often each comes, beside the others. Default: each as often.'),
  },
  TABLE,
);

const timeSchema = z.strictObject(
  {
    type: z.literal('time', '`time`').describe('When the message was due.'),
    format: z
      .enum(TIMES, `one of ${TIMES.join(', ')}`)
      .optional()
      .describe('`ms` or `s` since 1970, or `iso`, a text. Default: `ms`.'),
  },
  TABLE,
);

const sineSchema = z.strictObject(
  {
    type: z.literal('sine', '`sine`').describe('A curve that comes back, as that of a day.'),
    ...range,
    period: z
      .number(PERIOD)
      .positive(PERIOD)
      .optional()
      .describe('Seconds of one turn. Default: `86400`, a day.'),
    phase: share
      .optional()
      .describe('Where in a turn it is at the start: `0.25` is its top. Default: `0`.'),
    noise: z
      .number('a number from 0 on')
      .min(0, 'a number from 0 on')
      .optional()
      .describe('Up to so much is added or taken away each time. Default: `0`.'),
    decimals,
  },
  TABLE,
);

const textSchema = z.strictObject(
  {
    type: z
      .literal('text', '`text`')
      .describe('A text: either the same with names in it, or letters.'),
    text: z
      .string('a text')
      .optional()
      .describe('`{n}`, `{id}` and `{group}` stand for number, client identifier and group.'),
    length: z
      .int(LENGTH)
      .min(1, LENGTH)
      .max(65_536, LENGTH)
      .optional()
      .describe('So many letters and digits, others each time.'),
  },
  TABLE,
);

const uuidSchema = z.strictObject(
  { type: z.literal('uuid', '`uuid`').describe('Another UUID each time (version 4).') },
  TABLE,
);

const boolSchema = z.strictObject(
  {
    type: z.literal('bool', '`bool`').describe('True or false.'),
    share: share.optional().describe('How much of it is true. Default: `0.5`.'),
  },
  TABLE,
);

/** By the value of `type`. */
export const FIELD_SCHEMAS = {
  constant: constantSchema,
  counter: counterSchema,
  int: intSchema,
  float: floatSchema,
  walk: walkSchema,
  choice: choiceSchema,
  time: timeSchema,
  sine: sineSchema,
  text: textSchema,
  uuid: uuidSchema,
  bool: boolSchema,
} as const;

export const fieldSchema = z
  .discriminatedUnion('type', Object.values(FIELD_SCHEMAS) as unknown as FieldSchemas, {
    error: ({ input }) =>
      input instanceof Object ? `one of ${Object.keys(FIELD_SCHEMAS).join(', ')}` : TABLE,
  })
  .superRefine((field, context) => {
    for (const [path, message] of fieldProblems(field)) {
      context.addIssue({ code: 'custom', path: [path], message });
    }
  });

type FieldSchemas = [
  typeof constantSchema,
  typeof counterSchema,
  typeof intSchema,
  typeof floatSchema,
  typeof walkSchema,
  typeof choiceSchema,
  typeof timeSchema,
  typeof sineSchema,
  typeof textSchema,
  typeof uuidSchema,
  typeof boolSchema,
];

export type FieldPlan = z.infer<FieldSchemas[number]>;

/** What of a field does not fit together: the key, and what is wanted there. */
function fieldProblems(field: FieldPlan): (readonly [key: string, wanted: string])[] {
  const problems: (readonly [string, string])[] = [];
  if ('max' in field && field.max < field.min) problems.push(['max', 'at least min']);
  if (field.type === 'walk' && field.start !== undefined) {
    const { start, min, max } = field;
    if (start < min || start > max) problems.push(['start', 'from min to max']);
  }
  if (field.type === 'choice' && field.weights !== undefined) {
    const { weights, of } = field;
    const fits = weights.length === of.length && weights.some((weight) => weight > 0);
    if (!fits) problems.push(['weights', WEIGHTS]);
  }
  if (field.type === 'text' && (field.text === undefined) === (field.length === undefined)) {
    problems.push(['text', 'given, or length instead of it, but not both']);
  }
  return problems;
}

import { validateTopicFilter } from '@magpie/protocol';
import { z } from 'zod';
import { boolean } from '../../config/schema-parts.js';
import { isAddressRange } from './address-set.js';
import { patternProblem } from './topic-pattern.js';

/**
 * The shape of a file of access rules. A message says only what is wanted; yaml-file.ts adds where
 * it stands and what is there. Descriptions are the text of docs/access-rules.md.
 */

const TABLE = 'a table of keys';
const NAME = 'a name, or a list of names';
const ACTIONS = ['publish', 'subscribe', 'both'] as const;
const WORDS = ['anyone', 'anonymous'] as const;
const WHO = 'anyone, anonymous, a table of keys, or a list of them';
const FILTER = 'a topic filter, in quotes if it begins with # or %';
const ADDRESS = 'an IP address or a range such as 10.0.0.0/8, or a list of them';
const USER = 'a user name';
const USERS = 'a list of users';
const QOS = 'a QoS (0, 1 or 2), or a list of them';

const name = z.string(NAME).min(1, NAME);
const names = oneOrMany(name);
const action = z.enum(ACTIONS, `one of ${ACTIONS.join(', ')}`);
const qos = z.literal([0, 1, 2], QOS);

export const certificateWhoSchema = z
  .strictObject(
    {
      CN: names.optional().describe('Common name of the subject.'),
      DNS: names.optional().describe('Alternative name of type DNS.'),
      email: names.optional().describe('Alternative name of type email.'),
      fingerprint: names
        .optional()
        .describe('SHA-256 of the certificate, in hexadecimal with colons: `AB:CD:…`.'),
    },
    TABLE,
  )
  .refine(hasKeys, 'a table with at least one of CN, DNS, email, fingerprint');

export const whoSchema = z
  .strictObject(
    {
      user: names.optional().describe('Name that authentication vouches for.'),
      group: names.optional().describe('Name of a group of `groups`: one of its users.'),
      client: names
        .optional()
        .describe('Client identifier. Clients choose it: alone it proves nothing.'),
      address: oneOrMany(z.string(ADDRESS).refine(isAddressRange, ADDRESS))
        .optional()
        .describe('IP address of the client, or a range such as `10.0.0.0/8`.'),
      certificate: certificateWhoSchema
        .optional()
        .describe('What the client certificate says, see below.'),
    },
    WHO,
  )
  .refine(hasKeys, 'a table with at least one of user, group, client, address, certificate');

/** Whom a rule is about, one alternative. */
export type WhoValues = (typeof WORDS)[number] | z.infer<typeof whoSchema>;

const who = oneOrMany(
  chosen<WhoValues>((value) => (typeof value === 'string' ? z.enum(WORDS, WHO) : whoSchema)),
);

const filter = z.string(FILTER).superRefine((text, context) => {
  const problem = patternProblem(text) ?? filterProblem(text);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});

export const ruleSchema = z
  .strictObject(
    {
      allow: action.optional().describe('What the rule allows: `publish`, `subscribe`, `both`.'),
      deny: action.optional().describe('What it forbids. A rule has either `allow` or `deny`.'),
      topics: oneOrMany(filter).describe(
        'Topic filter, or a list of them. `%u` stands for the user name, `%c` for the client '
          + 'identifier, `%%` for a percent sign.',
      ),
      who: who
        .optional()
        .describe('Whom it is about, see below. Default: `anyone`, with a user name or without.'),
      qos: oneOrMany(qos)
        .optional()
        .describe('Only this QoS, of the message or wanted for the subscription. Default: any.'),
      retain: boolean
        .optional()
        .describe('Only messages with this RETAIN flag; with `publish` alone. Default: both.'),
      delivery: z
        .literal('checked', 'checked')
        .optional()
        .describe(
          '`checked`, where it allows to subscribe: subscriptions that the rule does not wholly '
            + 'cover are granted too, and each message is checked before it is delivered.',
        ),
      disconnect: boolean
        .optional()
        .describe(
          'Where it forbids to publish: close the connection of who does. Default: `false`, the '
            + 'message is acknowledged and dropped.',
        ),
    },
    TABLE,
  )
  .superRefine(
    (rule, context) => {
      for (const [path, message] of ruleProblems(rule)) {
        context.addIssue({ code: 'custom', path, message });
      }
    },
    // Also where a value is wrong, so that everything is told at once.
    { when: ({ value }) => typeof value === 'object' && value !== null && !Array.isArray(value) },
  );

export const ruleFileSchema = z.strictObject(
  {
    groups: z
      .record(z.string(), z.array(z.string(USER).min(1, USER), USERS), 'a table of groups by name')
      .optional()
      .describe('Groups of users, by name: `operators: [alice, bob]`.'),
    rules: z
      .array(ruleSchema, 'a list of rules')
      .min(1, 'a list of at least one rule')
      .describe('The rules. The first that matches decides; if none does, the answer is no.'),
  },
  TABLE,
);

export type RuleFileValues = z.infer<typeof ruleFileSchema>;
export type RuleValues = z.infer<typeof ruleSchema>;

/** Names of the keys that are known at a path of the file. */
export function knownRuleKeys(path: readonly PropertyKey[]): readonly string[] {
  const names = path.filter((step) => typeof step !== 'number').join('.');
  const known: Readonly<Record<string, z.ZodObject>> = {
    '': ruleFileSchema,
    rules: ruleSchema,
    'rules.who': whoSchema,
    'rules.who.certificate': certificateWhoSchema,
  };
  return Object.hasOwn(known, names) ? Object.keys(known[names]?.shape ?? {}) : [];
}

/** What of a rule does not fit together: path, and what is wanted there. */
function ruleProblems(
  rule: {
    readonly [Key in 'allow' | 'deny' | 'retain' | 'delivery' | 'disconnect']?: unknown;
  },
): [path: string[], wanted: string][] {
  const { allow, deny } = rule;
  if ((allow === undefined) === (deny === undefined)) {
    return [[[], 'a rule with either allow or deny']];
  }
  const problems: [string[], string][] = [];
  const left = (key: keyof typeof rule, where: string, fits: boolean) => {
    const isGood = typeof rule[key] === 'boolean' || rule[key] === 'checked';
    if (isGood && !fits) problems.push([[key], `left out: it belongs ${where}`]);
  };
  left('retain', 'to rules about publish alone', (allow ?? deny) === 'publish');
  left('delivery', 'to rules that allow to subscribe', allow === 'subscribe' || allow === 'both');
  left('disconnect', 'to rules that deny to publish', deny === 'publish' || deny === 'both');
  return problems;
}

function filterProblem(text: string): string | undefined {
  const problem = validateTopicFilter(text);
  if (problem !== undefined) return `a topic filter, but it ${problem}`;
  if (text.split('/')[0] !== '$share') return undefined;
  return 'a topic filter without $share: of a shared subscription the filter inside is checked';
}

function hasKeys(table: object): boolean {
  return Object.keys(table).length > 0;
}

/** A value or a list of values, read as a list. */
function oneOrMany<T>(item: z.ZodType<T>): z.ZodType<readonly T[]> {
  const wanted = 'a list that is not empty';
  const one = item.transform((value) => [value]);
  const many = z.array(item, wanted).min(1, wanted);
  return chosen<readonly T[]>((value) => (Array.isArray(value) ? many : one));
}

/** The schema that the value itself asks for, so that messages are about what was meant. */
function chosen<T>(choose: (value: unknown) => z.ZodType): z.ZodType<T> {
  return z.unknown().transform((value, context): T => {
    const result = choose(value).safeParse(value);
    if (result.success) return result.data as T;
    for (const issue of result.error.issues) {
      context.issues.push({ ...issue, input: value } as z.core.$ZodRawIssue);
    }
    return z.NEVER;
  });
}

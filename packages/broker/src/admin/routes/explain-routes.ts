import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { isQoS, validateTopicName } from '@magpie/protocol';
import { VERDICTS } from '../../explain/fact.js';
import { JOURNAL_KINDS } from '../../observe/journal/journal-entry.js';
import type { Access, ApiEnv } from '../access/access.js';
import type { AdminBroker } from '../admin-broker.js';
import { answers, operation } from '../api/operation.js';

const topicName = z
  .string()
  .refine((topic) => validateTopicName(topic) === undefined, 'it is no topic name')
  .openapi({ example: 'plant/7/temperature' });
const clientId = z.string().min(1).openapi({ example: 'pump-1' });
const ms = z.number().describe('In ms since 1970');
const qos = z.int().min(0).max(2);

const facts = {
  atMs: ms.optional(),
  clientId: z.string().optional(),
  topic: z.string().optional(),
  filter: z.string().optional(),
  address: z.string().optional(),
  why: z.string().optional().describe('A fixed word'),
  rule: z.string().optional(),
  qos: qos.optional(),
  count: z.int().optional(),
  max: z.int().optional(),
  names: z.array(z.string()).readonly().optional().describe('Names that were probably meant'),
};

export const journalEntrySchema = z
  .object({
    kind: z.enum(JOURNAL_KINDS),
    atMs: ms,
    clientId: z.string(),
    topic: z.string(),
    other: z.string().describe('The other side: an address, a publisher, a rule'),
    why: z.string(),
    qos,
    retain: z.boolean(),
    count: z.int(),
  })
  .openapi('JournalEntry');

const explanationSchema = z
  .object({
    question: z.object({
      topic: z.string(),
      to: z.string(),
      from: z.string().optional(),
      sinceMs: z.number().optional(),
    }),
    verdict: z.object({ kind: z.enum(VERDICTS), ...facts }),
    evidence: z.array(z.object({ kind: z.string(), ...facts })).readonly(),
    history: z.array(journalEntrySchema).readonly(),
  })
  .openapi('Explanation');

const publisher = {
  username: z.string().max(65_535).optional(),
  address: z.string().max(100).optional(),
};

const whatIfSchema = z
  .object({
    question: z.object({
      topic: z.string(),
      from: z.string().optional(),
      ...publisher,
      qos: qos.optional(),
      retain: z.boolean().optional(),
    }),
    allowed: z.union([z.literal(true), z.literal('unknown'), z.object({ rule: z.string() })]),
    assumed: z
      .object(publisher)
      .optional()
      .describe('As whom the rules were asked, where the publisher is not connected as this one'),
    deliveries: z
      .array(
        z.object({
          clientId: z.string().optional(),
          qos,
          outcome: z.enum(['sent', 'queued', 'dropped']),
          why: z.string().optional(),
          group: z.string().optional(),
        }),
      )
      .readonly(),
    deliveriesCount: z.int(),
    nearMisses: z
      .array(z.object({ clientId: z.string(), filter: z.string(), miss: z.string() }))
      .readonly(),
  })
  .openapi('WhatIf');

/** Why messages did or did not arrive, and who would get one. Both change nothing. */
export function explainRoutes(
  app: OpenAPIHono<ApiEnv>,
  { broker, access }: { readonly broker: AdminBroker; readonly access: Access },
): void {
  const explain = createRoute({
    ...operation(access, 'viewer', 'Explanations'),
    method: 'get',
    path: '/explain',
    summary: 'Say why messages of a topic have reached a client, or have not',
    request: {
      query: z.object({
        topic: topicName,
        to: clientId,
        from: clientId.optional(),
        since_ms: z.coerce.number().int().min(0).optional().describe('How far to look back'),
      }),
    },
    responses: answers(explanationSchema, 'The verdict, and what it rests on'),
  });
  app.openapi(explain, (context) => {
    const { topic, to, from, since_ms: sinceMs } = context.req.valid('query');
    const asked = {
      ...(from !== undefined && { from }),
      ...(sinceMs !== undefined && { sinceMs }),
    };
    return context.json({ data: broker.explain({ topic, to, ...asked }) }, 200);
  });

  const whatIf = createRoute({
    ...operation(access, 'viewer', 'Explanations'),
    method: 'get',
    path: '/what-if',
    summary: 'Say who would get a message, without publishing it',
    request: {
      query: z.object({
        topic: topicName,
        from: clientId.optional(),
        username: publisher.username.describe('Left out: as it is connected, or its session is'),
        address: publisher.address.describe('Left out: as it is connected, or was'),
        qos: z.coerce.number().refine(isQoS, 'it must be 0, 1 or 2').default(0),
        retain: z.enum(['true', 'false']).default('false'),
      }),
    },
    responses: answers(whatIfSchema, 'Who gets it, and who nearly would'),
  });
  app.openapi(whatIf, (context) => {
    const { topic, from, username, address, qos: level, retain } = context.req.valid('query');
    const by = {
      ...(from !== undefined && { from }),
      ...(username !== undefined && { username }),
      ...(address !== undefined && { address }),
    };
    const answer = broker.whatIf({ topic, ...by, qos: level, retain: retain === 'true' });
    return context.json({ data: answer }, 200);
  });
}

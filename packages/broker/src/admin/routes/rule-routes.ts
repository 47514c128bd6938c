import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { isQoS } from '@magpie/protocol';
import type { Principal } from '../../model/principal.js';
import type { AccessRule } from '../../auth/rules/access-rule.js';
import { explainAccess, type Explanation, ruleInWords } from '../../auth/rules/explain.js';
import { RuleAuthorizer } from '../../auth/rules/rule-authorizer.js';
import type { Access, ApiEnv } from '../access/access.js';
import type { AdminBroker } from '../admin-broker.js';
import { answers, jsonBody, operation } from '../api/operation.js';
import { problems } from '../api/problem.js';

const rulesSchema = z
  .strictObject({ rules: z.string().describe('The text of a file of access rules') })
  .openapi('Rules');

const previewSchema = z
  .object({
    sessions: z.number().int().describe('How many sessions lose subscriptions'),
    revocations: z
      .array(
        z.object({
          clientid: z.string(),
          username: z.string().nullable(),
          connected: z.boolean(),
          filters: z.array(z.string()).describe('The subscriptions that it loses'),
        }),
      )
      .describe('The first thousand of them'),
  })
  .openapi('RulesPreview');

export type RulesPreview = z.infer<typeof previewSchema>;

const questionSchema = z
  .strictObject({
    action: z.enum(['publish', 'subscribe']),
    topic: z.string().describe('Topic, or filter to subscribe to').openapi({ example: 'plant/7' }),
    clientid: z.string().max(65_535),
    username: z
      .string()
      .max(65_535)
      .nullable()
      .optional()
      .describe('null: anonymous; left out: as the client is connected, or else anonymous'),
    address: z.string().max(100).optional().describe('Left out: that of the connection, if any'),
    qos: z.int().min(0).max(2).default(0),
    retain: z.boolean().default(false),
  })
  .openapi('AccessQuestion');

const rule = z.object({
  place: z.string().describe('File and line'),
  line: z.int().nullable(),
  text: z.string(),
});

const decisionSchema = z
  .object({
    allowed: z.boolean(),
    checked: z.boolean().describe('It may subscribe, and each message is checked'),
    rule: rule.nullable().describe('That decides; null: none does, so it is denied'),
    passed: z
      .array(rule.extend({ why: z.string() }))
      .describe('Rules before it that are about this client, and why they do not decide'),
  })
  .openapi('AccessDecision');

export type AccessQuestion = z.input<typeof questionSchema>;
export type AccessDecision = z.infer<typeof decisionSchema>;

interface Parts {
  readonly broker: AdminBroker;
  readonly access: Access;
}

/** What access rules decide, and what others would do to the sessions that are there. */
export function ruleRoutes(app: OpenAPIHono<ApiEnv>, parts: Parts): void {
  testRoute(app, parts);
  previewRoute(app, parts);
}

function testRoute(app: OpenAPIHono<ApiEnv>, { broker, access }: Parts): void {
  const test = createRoute({
    ...operation(access, 'operator', 'Access rules'),
    method: 'post',
    path: '/authorization/test',
    summary: 'Ask the rules that hold whether a client may publish or subscribe, and why',
    request: { body: jsonBody(questionSchema) },
    responses: { ...answers(decisionSchema, 'The decision'), ...problems(409, 413) },
  });
  app.openapi(test, (context) => {
    const question = context.req.valid('json');
    const { accessRules } = broker;
    if (accessRules === undefined) return context.json(NO_RULES, 409);
    const { action, topic, qos, retain } = question;
    if (!isQoS(qos)) throw new TypeError(`The schema let QoS ${qos} through`);
    const asked = explainAccess(accessRules, principalOf(question, broker), {
      action,
      topic,
      qos,
      retain,
    });
    if (typeof asked === 'string') return context.json({ code: 'BAD_TOPIC', message: asked }, 400);
    return context.json({ data: decisionOf(asked) }, 200);
  });
}

/** Who asks: as the client is connected now, but for what the question says otherwise. */
function principalOf(question: z.infer<typeof questionSchema>, broker: AdminBroker): Principal {
  const { clientid: clientId, username, address } = question;
  const now = broker.clients.get(clientId)?.presence?.principal;
  return {
    clientId,
    username: username === undefined ? now?.username : (username ?? undefined),
    address: address ?? now?.address ?? '127.0.0.1',
    certificate: now?.certificate,
  };
}

function decisionOf({ allowed, rule: decides, passed }: Explanation): AccessDecision {
  const shown = (one: AccessRule) => {
    return { place: one.place, line: one.denial.line ?? null, text: ruleInWords(one) };
  };
  return {
    allowed: allowed !== false,
    checked: allowed === 'checked',
    rule: decides === undefined ? null : shown(decides),
    passed: passed
      .filter(({ isForOthers }) => !isForOthers)
      .slice(0, PASSED_MAX)
      .map((one) => ({ ...shown(one.rule), why: one.why })),
  };
}

function previewRoute(app: OpenAPIHono<ApiEnv>, { broker, access }: Parts): void {
  const preview = createRoute({
    ...operation(access, 'operator', 'Access rules'),
    method: 'post',
    path: '/authorization/preview',
    summary: 'Tell which sessions would lose subscriptions with other rules; nothing is changed',
    request: { body: jsonBody(rulesSchema) },
    responses: { ...answers(previewSchema, 'What would be lost'), ...problems(413) },
  });
  app.openapi(preview, async (context) => {
    const parsed = await broker.readRules(context.req.valid('json').rules, 'rules');
    if ('problems' in parsed) {
      const message = parsed.problems.slice(0, PROBLEMS_MAX).join('\n');
      return context.json({ code: 'BAD_RULES', message }, 400);
    }
    const all = await broker.previewRecheck(new RuleAuthorizer(parsed.rules));
    const revocations = all
      .slice(0, REVOCATIONS_MAX)
      .map(({ clientId, username, connected, filters }) => {
        return { clientid: clientId, username: username ?? null, connected, filters: [...filters] };
      });
    return context.json({ data: { sessions: all.length, revocations } }, 200);
  });
}

const NO_RULES = {
  code: 'NO_RULES',
  message: 'this broker does not decide by access rules of a file (authorization)',
};
const PASSED_MAX = 1000;
const REVOCATIONS_MAX = 1000;
const PROBLEMS_MAX = 10;

import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { parseRuleFile } from '../../auth/rules/parse-rule-file.js';
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

/** What access rules would do to the sessions that are there. */
export function ruleRoutes(
  app: OpenAPIHono<ApiEnv>,
  { broker, access }: { readonly broker: AdminBroker; readonly access: Access },
): void {
  const preview = createRoute({
    ...operation(access, 'operator', 'Access rules'),
    method: 'post',
    path: '/authorization/preview',
    summary: 'Tell which sessions would lose subscriptions with other rules; nothing is changed',
    request: { body: jsonBody(rulesSchema) },
    responses: { ...answers(previewSchema, 'What would be lost'), ...problems(413) },
  });
  app.openapi(preview, (context) => {
    const parsed = parseRuleFile(context.req.valid('json').rules, 'rules');
    if ('problems' in parsed) {
      const message = parsed.problems.slice(0, PROBLEMS_MAX).join('\n');
      return context.json({ code: 'BAD_RULES', message }, 400);
    }
    const all = broker.previewRecheck(new RuleAuthorizer(parsed.rules));
    const revocations = all
      .slice(0, REVOCATIONS_MAX)
      .map(({ clientId, username, connected, filters }) => {
        return { clientid: clientId, username: username ?? null, connected, filters: [...filters] };
      });
    return context.json({ data: { sessions: all.length, revocations } }, 200);
  });
}

const REVOCATIONS_MAX = 1000;
const PROBLEMS_MAX = 10;

import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Ban } from '../../model/ban.js';
import type { Access, ApiEnv } from '../access/access.js';
import type { AdminBroker } from '../admin-broker.js';
import { answers, jsonBody, operation, pageAnswers } from '../api/operation.js';
import { pageOf, pageQuery } from '../api/paging.js';
import { fromPathId, PATH_ID_HELP } from '../api/path-id.js';
import { problems } from '../api/problem.js';

const AS = ['clientid', 'username', 'peerhost'] as const;

const subjectShape = {
  as: z.enum(AS).describe('Whom `who` names: a client, a user, or an address or network'),
  who: z.string().min(1).max(65_535),
};

const newBanSchema = z
  .strictObject({
    ...subjectShape,
    until: z.iso.datetime().optional().describe('When it ends; without it, never'),
    reason: z.string().max(1000).optional(),
  })
  .openapi('NewBan');

export const banSchema = z
  .object({
    ...subjectShape,
    until: z.iso.datetime().nullable(),
    reason: z.string().nullable(),
    by: z.enum(['configuration', 'program', 'flapping']),
  })
  .openapi('Ban');

export type BanInfo = z.infer<typeof banSchema>;
export type NewBan = z.infer<typeof newBanSchema>;

/** Who may not connect. */
export function banRoutes(
  app: OpenAPIHono<ApiEnv>,
  { broker, access }: { readonly broker: AdminBroker; readonly access: Access },
): void {
  const list = createRoute({
    ...operation(access, 'viewer', 'Bans'),
    method: 'get',
    path: '/banned',
    summary: 'List bans',
    request: { query: pageQuery },
    responses: pageAnswers(banSchema, 'A page of bans'),
  });
  app.openapi(list, async (context) => {
    const wanted = context.req.valid('query');
    return context.json(await pageOf(broker.bans.list(), wanted, () => true, banInfo), 200);
  });

  const change = operation(access, 'operator', 'Bans');
  const add = createRoute({
    ...change,
    method: 'post',
    path: '/banned',
    summary: 'Ban somebody; who is connected and banned by it is disconnected',
    request: { body: jsonBody(newBanSchema) },
    responses: { ...answers(banSchema, 'The ban'), ...problems(409, 413) },
  });
  app.openapi(add, (context) => {
    const { as, who, until, reason } = context.req.valid('json');
    const untilMs = until === undefined ? undefined : Date.parse(until);
    const ban = { ...subjectOf(as, who), untilMs, reason };
    try {
      broker.bans.add(ban);
    } catch (error) {
      if (!(error instanceof TypeError) && !(error instanceof RangeError)) throw error;
      const status = error instanceof TypeError ? 400 : 409;
      return context.json({ code: 'BAD_BAN', message: error.message }, status);
    }
    return context.json({ data: banInfo({ ...ban, source: 'program' }) }, 200);
  });

  const remove = createRoute({
    ...change,
    method: 'delete',
    path: '/banned/{as}/{who}',
    summary: 'Take a ban off',
    request: {
      params: z.object({
        as: subjectShape.as.openapi({ param: { name: 'as', in: 'path' }, example: 'clientid' }),
        who: subjectShape.who.transform(fromPathId).openapi({
          type: 'string',
          description: PATH_ID_HELP,
          param: { name: 'who', in: 'path', required: true },
          example: 'sensor-7',
        }),
      }),
    },
    responses: {
      ...answers(z.object({ removed: z.literal(true) }), 'It is off'),
      ...problems(404),
    },
  });
  app.openapi(remove, (context) => {
    const { as, who } = context.req.valid('param');
    if (!broker.bans.remove(subjectOf(as, who))) return context.json(NO_BAN, 404);
    return context.json({ data: { removed: true as const } }, 200);
  });
}

function subjectOf(as: (typeof AS)[number], who: string) {
  if (as === 'clientid') return { clientId: who };
  return as === 'username' ? { username: who } : { address: who };
}

function banInfo({ clientId, username, address, untilMs, reason, source }: Ban): BanInfo {
  const as = clientId !== undefined ? 'clientid' : username !== undefined ? 'username' : 'peerhost';
  return {
    as,
    who: clientId ?? username ?? address ?? '',
    until: untilMs === undefined ? null : new Date(untilMs).toISOString(),
    reason: reason ?? null,
    by: source,
  };
}

const NO_BAN = {
  code: 'NOT_FOUND',
  message: 'there is no such ban, or it stands in the configuration: take it off there',
};

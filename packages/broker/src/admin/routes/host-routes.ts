import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Access, ApiEnv } from '../access/access.js';
import { answers, jsonBody, operation, pageAnswers } from '../api/operation.js';
import { pageOf, pageQuery } from '../api/paging.js';
import { fromPathId, PATH_ID_HELP } from '../api/path-id.js';
import { problems } from '../api/problem.js';
import type { AdminHost } from '../host/admin-host.js';
import { UserProblem } from '../host/user-book.js';

const reloadSchema = z
  .object({
    changes: z
      .array(z.string())
      .readonly()
      .describe('What the configuration has otherwise; its other files were read in any case'),
    restart: z.array(z.string()).readonly().describe('What waits for a restart'),
    warnings: z.array(z.string()).readonly(),
    clients_revoked: z.int().describe('Connections that ended: they are not let in any more'),
    sessions_revoked: z.int().describe('Sessions that have lost subscriptions'),
  })
  .openapi('Reloaded');

export type ReloadInfo = z.infer<typeof reloadSchema>;

const userSchema = z.object({ username: z.string() }).openapi('User');

export type UserInfo = z.infer<typeof userSchema>;

interface Parts {
  readonly host?: AdminHost | undefined;
  readonly access: Access;
}

/** What needs the files of the broker: to read them again, and its users. */
export function hostRoutes(app: OpenAPIHono<ApiEnv>, parts: Parts): void {
  reloadRoute(app, parts);
  userListRoute(app, parts);
  userChangeRoutes(app, parts);
}

function reloadRoute(app: OpenAPIHono<ApiEnv>, { host, access }: Parts): void {
  const reload = createRoute({
    ...operation(access, 'admin', 'Configuration'),
    method: 'post',
    path: '/reload',
    summary: 'Read configuration, users, access rules and certificates again, as SIGHUP does',
    responses: { ...answers(reloadSchema, 'What is another now'), ...problems(409) },
  });
  app.openapi(reload, async (context) => {
    if (host === undefined) return context.json(NO_FILES, 409);
    const report = await host.reload();
    if ('refused' in report) {
      const message = report.refused.join('\n');
      return context.json({ code: 'RELOAD_REFUSED', message }, 409);
    }
    const { changes, restart, warnings, clientsRevoked, sessionsRevoked } = report;
    const revoked = { clients_revoked: clientsRevoked, sessions_revoked: sessionsRevoked };
    return context.json({ data: { changes, restart, warnings, ...revoked } }, 200);
  });
}

function userListRoute(app: OpenAPIHono<ApiEnv>, { host, access }: Parts): void {
  const list = createRoute({
    ...operation(access, 'admin', 'Users'),
    method: 'get',
    path: '/users',
    summary: 'List the users of the user file, who may connect by MQTT',
    request: {
      query: pageQuery.extend({
        like_username: z.string().max(1000).optional().describe('Has this in its name'),
      }),
    },
    responses: { ...pageAnswers(userSchema, 'A page of users'), ...problems(409) },
  });
  app.openapi(list, async (context) => {
    const wanted = context.req.valid('query');
    const { like_username: part = '' } = wanted;
    const names = await solved(async () => host?.users()?.names());
    if (names instanceof UserProblem) return context.json(problemOf(names), 409);
    if (names === undefined) return context.json(NO_USERS, 409);
    const isWanted = (name: string) => name.includes(part);
    return context.json(await pageOf(names, wanted, isWanted, (username) => ({ username })), 200);
  });
}

function userChangeRoutes(app: OpenAPIHono<ApiEnv>, { host, access }: Parts): void {
  const admin = operation(access, 'admin', 'Users');
  const params = z.object({
    username: z
      .string()
      .transform(fromPathId)
      .openapi({
        type: 'string',
        description: PATH_ID_HELP,
        param: { name: 'username', in: 'path', required: true },
        example: 'sensor-7',
      }),
  });
  const put = createRoute({
    ...admin,
    method: 'put',
    path: '/users/{username}',
    summary: 'Make a user, or give one another password; connections by the old one end',
    request: {
      params,
      body: jsonBody(z.strictObject({ password: z.string().min(1).max(256) }).openapi('Password')),
    },
    responses: {
      ...answers(z.object({ username: z.string(), added: z.boolean() }), 'Whether it is new'),
      ...problems(409, 413),
    },
  });
  app.openapi(put, async (context) => {
    const { username } = context.req.valid('param');
    const { password } = context.req.valid('json');
    const added = await solved(async () => host?.users()?.put(username, password));
    if (added instanceof UserProblem) return context.json(problemOf(added), 409);
    if (added === undefined) return context.json(NO_USERS, 409);
    return context.json({ data: { username, added } }, 200);
  });

  const remove = createRoute({
    ...admin,
    method: 'delete',
    path: '/users/{username}',
    summary: 'Remove a user; its connections end',
    request: { params },
    responses: {
      ...answers(z.object({ removed: z.literal(true) }), 'It is gone'),
      ...problems(404, 409),
    },
  });
  app.openapi(remove, async (context) => {
    const { username } = context.req.valid('param');
    const removed = await solved(async () => host?.users()?.remove(username));
    if (removed instanceof UserProblem) return context.json(problemOf(removed), 409);
    if (removed === undefined) return context.json(NO_USERS, 409);
    if (!removed) return context.json(NO_USER, 404);
    return context.json({ data: { removed: true as const } }, 200);
  });
}

async function solved<T>(task: () => Promise<T>): Promise<T | UserProblem> {
  try {
    return await task();
  } catch (error) {
    if (error instanceof UserProblem) return error;
    throw error;
  }
}

function problemOf({ message }: UserProblem) {
  return { code: 'BAD_USER', message };
}

const NO_FILES = {
  code: 'NOT_CONFIGURED',
  message: 'this broker was not started from a configuration: the program around it decides',
};
const NO_USERS = {
  code: 'NOT_CONFIGURED',
  message: 'the configuration names no user file (authentication.users)',
};
const NO_USER = { code: 'NOT_FOUND', message: 'there is no user of this name' };

import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { deleteCookie, setCookie } from 'hono/cookie';
import type { Authenticator } from '../../auth/authenticator.js';
import { type Access, type ApiEnv, addressOf, SESSION_COOKIE } from '../access/access.js';
import { type AccountBook, AccountProblem } from '../access/account-book.js';
import type { AuditLog } from '../access/audit-log.js';
import { LIFE_MS, type LoginSessions } from '../access/login-sessions.js';
import { ROLES, type Role } from '../access/role.js';
import { answers, jsonBody, operation, pageAnswers } from '../api/operation.js';
import { pageOf, pageQuery } from '../api/paging.js';
import { fromPathId, PATH_ID_HELP } from '../api/path-id.js';
import { problems } from '../api/problem.js';

const ROLE_NAMES = Object.keys(ROLES) as [Role, ...Role[]];
const roleSchema = z.enum(ROLE_NAMES).openapi('Role');
const name = z.string().min(1).max(64).openapi({ example: 'grafana' });
const password = z.string().min(8).max(256);

const loginSchema = z
  .strictObject({ username: z.string().max(256), password: z.string().max(256) })
  .openapi('Login');

const selfSchema = z
  .object({
    username: z.string(),
    role: roleSchema,
    csrf_token: z
      .string()
      .nullable()
      .describe('To be sent as X-CSRF-Token with every change; null: a token asks'),
  })
  .openapi('Self');

const accountSchema = z.object({ username: z.string(), role: roleSchema }).openapi('Account');
const tokenSchema = z
  .object({ id: z.string(), name: z.string(), role: roleSchema })
  .openapi('AccessToken');
const auditSchema = z
  .object({
    at: z.iso.datetime(),
    who: z.string(),
    role: z.enum(ROLE_NAMES).nullable(),
    via: z.enum(['token', 'session', 'login']),
    address: z.string(),
    action: z.string(),
    status: z.int(),
  })
  .openapi('AuditEntry');

export type SelfInfo = z.infer<typeof selfSchema>;
export type AccountInfo = z.infer<typeof accountSchema>;
export type TokenInfo = z.infer<typeof tokenSchema>;
export type AuditInfo = z.infer<typeof auditSchema>;

export interface AccessParts {
  readonly access: Access;
  readonly book: AccountBook;
  readonly sessions: LoginSessions;
  readonly audit: AuditLog;
  /** Asks for passwords, and slows down who guesses. */
  readonly logins: Authenticator;
}

/** Login, accounts, tokens, and what was changed by whom. */
export function accessRoutes(app: OpenAPIHono<ApiEnv>, parts: AccessParts): void {
  loginRoutes(app, parts);
  accountRoutes(app, parts);
  tokenRoutes(app, parts);
  auditRoutes(app, parts);
}

function loginRoutes(app: OpenAPIHono<ApiEnv>, parts: AccessParts): void {
  const { access, book, sessions, logins } = parts;
  const login = createRoute({
    tags: ['Access'],
    method: 'post',
    path: '/login',
    summary: 'Log in with a browser: sets a cookie that scripts cannot read',
    request: { body: jsonBody(loginSchema) },
    responses: { ...answers(selfSchema, 'Who has logged in'), ...problems(413, 429) },
  });
  app.openapi(login, async (context) => {
    const { username, password: given } = context.req.valid('json');
    const answer = await logins.authenticate({
      clientId: '',
      username,
      password: Buffer.from(given),
      address: addressOf(context),
    });
    const account = answer.allowed ? book.account(username) : undefined;
    if (account === undefined) {
      const tooMany = !answer.allowed && answer.why !== 'bad-credentials';
      context.res = tooMany
        ? context.json({ code: 'TOO_MANY_TRIES', message: 'too many tries: wait a minute' }, 429)
        : context.json({ code: 'BAD_LOGIN', message: 'user name or password is wrong' }, 401);
      access.note(context, { who: username, role: undefined, via: 'login' });
      return context.res as never;
    }
    const { id, csrf } = sessions.begin(account.name);
    const life = { maxAge: LIFE_MS / 1000, path: '/' };
    setCookie(context, SESSION_COOKIE, id, { httpOnly: true, sameSite: 'Strict', ...life });
    const { name: who, role } = account;
    access.note(context, { who, role, via: 'login' });
    return context.json({ data: { username: who, role, csrf_token: csrf } }, 200);
  });

  const self = createRoute({
    ...operation(access, 'viewer', 'Access'),
    method: 'get',
    path: '/self',
    summary: 'Who am I?',
    responses: answers(selfSchema, 'Who asks'),
  });
  app.openapi(self, (context) => {
    const { who, role, csrf } = context.var.identity;
    return context.json({ data: { username: who, role, csrf_token: csrf ?? null } }, 200);
  });

  const logout = createRoute({
    ...operation(access, 'viewer', 'Access'),
    method: 'post',
    path: '/logout',
    summary: 'End the login of this browser',
    responses: answers(z.object({ ended: z.literal(true) }), 'It has ended'),
  });
  app.openapi(logout, (context) => {
    const { sessionId } = context.var.identity;
    if (sessionId !== undefined) sessions.end(sessionId);
    deleteCookie(context, SESSION_COOKIE, { path: '/' });
    return context.json({ data: { ended: true as const } }, 200);
  });
}

function accountRoutes(app: OpenAPIHono<ApiEnv>, { access, book, sessions }: AccessParts): void {
  const admin = operation(access, 'admin', 'Access');
  const params = z.object({
    name: name.transform(fromPathId).openapi({
      type: 'string',
      description: PATH_ID_HELP,
      param: { name: 'name', in: 'path', required: true },
    }),
  });
  const list = createRoute({
    ...admin,
    method: 'get',
    path: '/accounts',
    summary: 'List accounts',
    request: { query: pageQuery },
    responses: pageAnswers(accountSchema, 'A page of accounts'),
  });
  app.openapi(list, async (context) => {
    const page = await pageOf(
      book.accounts(),
      context.req.valid('query'),
      () => true,
      ({ name: username, role }) => ({ username, role }),
    );
    return context.json(page, 200);
  });

  const put = createRoute({
    ...admin,
    method: 'put',
    path: '/accounts/{name}',
    summary: 'Make an account, or give it another password and role; its logins end',
    request: {
      params,
      body: jsonBody(z.strictObject({ password, role: roleSchema }).openapi('NewAccount')),
    },
    responses: { ...answers(accountSchema, 'The account'), ...problems(409, 413) },
  });
  app.openapi(put, async (context) => {
    const { name: username } = context.req.valid('param');
    const { password: given, role } = context.req.valid('json');
    const problem = await problemOf(book.putAccount(username, role, given));
    if (problem !== undefined) return context.json(problem, 409);
    sessions.endAllOf(username);
    return context.json({ data: { username, role } }, 200);
  });

  const remove = createRoute({
    ...admin,
    method: 'delete',
    path: '/accounts/{name}',
    summary: 'Remove an account; its logins end',
    request: { params },
    responses: { ...answers(accountSchema, 'What it was'), ...problems(404, 409) },
  });
  app.openapi(remove, async (context) => {
    const { name: username } = context.req.valid('param');
    const account = book.account(username);
    if (account === undefined) return context.json(NO_ACCOUNT, 404);
    const problem = await problemOf(book.removeAccount(username));
    if (problem !== undefined) return context.json(problem, 409);
    sessions.endAllOf(username);
    return context.json({ data: { username, role: account.role } }, 200);
  });
}

function tokenRoutes(app: OpenAPIHono<ApiEnv>, { access, book }: AccessParts): void {
  const admin = operation(access, 'admin', 'Access');
  const list = createRoute({
    ...admin,
    method: 'get',
    path: '/tokens',
    summary: 'List tokens; the tokens themselves are not kept',
    request: { query: pageQuery },
    responses: pageAnswers(tokenSchema, 'A page of tokens'),
  });
  app.openapi(list, async (context) => {
    const wanted = context.req.valid('query');
    const page = await pageOf(
      book.tokens(),
      wanted,
      () => true,
      ({ id, name: of, role }) => ({ id, name: of, role }),
    );
    return context.json(page, 200);
  });

  const add = createRoute({
    ...admin,
    method: 'post',
    path: '/tokens',
    summary: 'Make a token for a program; it is told this once',
    request: { body: jsonBody(z.strictObject({ name, role: roleSchema }).openapi('NewToken')) },
    responses: {
      ...answers(tokenSchema.extend({ token: z.string() }).openapi('MadeToken'), 'The token'),
      ...problems(409, 413),
    },
  });
  app.openapi(add, async (context) => {
    const { name: of, role } = context.req.valid('json');
    try {
      const { id, token } = await book.addToken(of, role);
      return context.json({ data: { id, name: of, role, token } }, 200);
    } catch (error) {
      if (!(error instanceof AccountProblem)) throw error;
      return context.json({ code: 'CONFLICT', message: error.message }, 409);
    }
  });

  const remove = createRoute({
    ...admin,
    method: 'delete',
    path: '/tokens/{id}',
    summary: 'Take a token off',
    request: {
      params: z.object({
        id: z
          .string()
          .max(64)
          .openapi({ param: { name: 'id', in: 'path' }, example: '1f2e3d4c' }),
      }),
    },
    responses: {
      ...answers(z.object({ removed: z.literal(true) }), 'It is known no more'),
      ...problems(404),
    },
  });
  app.openapi(remove, async (context) => {
    if (!(await book.removeToken(context.req.valid('param').id))) {
      return context.json({ code: 'NOT_FOUND', message: 'there is no such token' }, 404);
    }
    return context.json({ data: { removed: true as const } }, 200);
  });
}

function auditRoutes(app: OpenAPIHono<ApiEnv>, { access, audit }: AccessParts): void {
  const list = createRoute({
    ...operation(access, 'admin', 'Access'),
    method: 'get',
    path: '/audit',
    summary: 'List the last changes over HTTP, and by whom; the newest first',
    request: { query: pageQuery },
    responses: pageAnswers(auditSchema, 'A page of changes'),
  });
  app.openapi(list, async (context) => {
    const page = await pageOf(
      audit.list(),
      context.req.valid('query'),
      () => true,
      ({ atMs, role, ...entry }) => ({
        ...entry,
        at: new Date(atMs).toISOString(),
        role: role ?? null,
      }),
    );
    return context.json(page, 200);
  });
}

async function problemOf(change: Promise<unknown>) {
  try {
    await change;
    return undefined;
  } catch (error) {
    if (!(error instanceof AccountProblem)) throw error;
    return { code: 'CONFLICT', message: error.message };
  }
}

const NO_ACCOUNT = { code: 'NOT_FOUND', message: 'there is no such account' };

import { z } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import type { Access, ApiEnv } from '../access/access.js';
import type { Role } from '../access/role.js';
import { pageMeta } from './paging.js';
import { problems } from './problem.js';

/** What every operation that takes a role has in its description. */
export function operation(access: Access, role: Role, tag: string) {
  return {
    tags: [tag],
    security: [{ token: [] }, { session: [] }],
    middleware: [access.requires(role)] as [MiddlewareHandler<ApiEnv>],
    'x-role': role,
  };
}

/** The answer `{ data }`, and those that every operation may give. */
export function answers<Data extends z.ZodType>(data: Data, description: string) {
  const schema = z.object({ data });
  return {
    200: { description, content: { 'application/json': { schema } } },
    ...problems(400, 401, 403),
  };
}

/** The same for a page of a list. */
export function pageAnswers<Row extends z.ZodType>(row: Row, description: string) {
  const schema = z.object({ data: z.array(row), meta: pageMeta });
  return {
    200: { description, content: { 'application/json': { schema } } },
    ...problems(400, 401, 403),
  };
}

/** The body of a request. */
export function jsonBody<Body extends z.ZodType>(schema: Body) {
  return { required: true, content: { 'application/json': { schema } } };
}

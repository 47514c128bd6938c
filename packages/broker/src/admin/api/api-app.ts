import { OpenAPIHono } from '@hono/zod-openapi';
import { HTTPException } from 'hono/http-exception';
import { LoginThrottle } from '../../auth/login-throttle.js';
import type { Clock } from '../../model/clock.js';
import type { Limits } from '../../model/limits.js';
import { Counters } from '../../observe/counters.js';
import type { Logger } from '../../observe/logger.js';
import { Access, type ApiEnv, isOwnOrigin, SESSION_COOKIE } from '../access/access.js';
import type { AccountBook } from '../access/account-book.js';
import { AuditLog } from '../access/audit-log.js';
import { LoginSessions } from '../access/login-sessions.js';
import type { AdminBroker } from '../admin-broker.js';
import type { AdminHost } from '../host/admin-host.js';
import type { AdminSource } from '../admin-source.js';
import { accessRoutes } from '../routes/access-routes.js';
import { banRoutes } from '../routes/ban-routes.js';
import { clientRoutes } from '../routes/client-routes.js';
import { explainRoutes } from '../routes/explain-routes.js';
import { logRoutes } from '../routes/log-routes.js';
import { feedRoutes } from '../routes/feed-routes.js';
import { hostRoutes } from '../routes/host-routes.js';
import { messageRoutes } from '../routes/message-routes.js';
import { metricRoutes } from '../routes/metric-routes.js';
import { pendingRoutes } from '../routes/pending-routes.js';
import { ruleRoutes } from '../routes/rule-routes.js';
import { statisticRoutes } from '../routes/statistic-routes.js';
import { storeRoutes } from '../routes/store-routes.js';
import { subscriptionRoutes } from '../routes/subscription-routes.js';
import { traceRoutes } from '../routes/trace-routes.js';
import type { EventStreams } from './event-stream.js';
import type { Problem } from './problem.js';

/** What the API works on. */
export interface ApiParts {
  readonly broker: AdminBroker;
  readonly source: AdminSource;
  readonly book: AccountBook;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly version: string;
  readonly log: Logger;
  /** Without it nothing can be done that needs the files of the configuration. */
  readonly host?: AdminHost | undefined;
  /** The answers that stay open. */
  readonly streams: EventStreams;
}

/** The API below `/api/v1`. Every operation stands in `/api/v1/openapi.json`. */
export function apiApp(parts: ApiParts): OpenAPIHono<ApiEnv> {
  const { book, clock, limits, log, streams, version } = parts;
  const sessions = new LoginSessions(() => clock.nowMs());
  const audit = new AuditLog(log);
  const access = new Access({
    book,
    sessions,
    audit,
    wallMs: () => clock.wallMs(),
    changed: () => streams.recheck(),
  });
  const logins = new LoginThrottle({
    authenticator: book.passwords,
    limits,
    clock,
    counters: new Counters(), // those of the broker count clients
  });
  const app = guardedApp();
  const shared = { ...parts, access, sessions, audit, logins };
  accessRoutes(app, shared);
  clientRoutes(app, shared);
  banRoutes(app, shared);
  messageRoutes(app, shared);
  metricRoutes(app, shared);
  logRoutes(app, shared);
  explainRoutes(app, shared);
  ruleRoutes(app, shared);
  statisticRoutes(app, shared);
  subscriptionRoutes(app, shared);
  pendingRoutes(app, shared);
  traceRoutes(app, shared);
  feedRoutes(app, shared);
  hostRoutes(app, shared);
  storeRoutes(app, shared);
  describe(app, version);
  answerFailures(app, log);
  return app;
}

/** Refuses what no operation wants to see. */
function guardedApp(): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>({
    defaultHook: (result, context) => {
      if (result.success) return undefined;
      const [issue] = result.error.issues;
      const where = [result.target, ...(issue?.path ?? [])].join('.');
      const message = `${where}: ${issue?.message ?? 'it is not as it should be'}`;
      return context.json({ code: 'BAD_REQUEST', message } satisfies Problem, 400);
    },
  });
  app.use(async (context, next) => {
    if (isOwnOrigin(context.req.header('origin'), context.req.header('host'))) return next();
    const message = 'pages of other sites may not use this API';
    return context.json({ code: 'FORBIDDEN', message } satisfies Problem, 403);
  });
  app.use(async (context, next) => {
    const problem = bodyProblem((name) => context.req.header(name));
    if (problem === undefined) return next();
    const { status, ...body } = problem;
    return context.json(body satisfies Problem, status, { Connection: 'close' });
  });
  return app;
}

/** A body says how long it is, so that a too long one is refused before it is read. */
function bodyProblem(header: (name: string) => string | undefined) {
  if (header('transfer-encoding') !== undefined) {
    const message = 'a body needs a Content-Length';
    return { status: 411, code: 'LENGTH_REQUIRED', message } as const;
  }
  if (Number(header('content-length') ?? 0) <= BODY_BYTES_MAX) return undefined;
  const message = `a body has at most ${BODY_BYTES_MAX} bytes`;
  return { status: 413, code: 'TOO_LARGE', message } as const;
}

function answerFailures(app: OpenAPIHono<ApiEnv>, log: Logger): void {
  app.onError((error, context) => {
    if (error instanceof HTTPException) {
      const body: Problem = { code: 'BAD_REQUEST', message: error.message };
      return context.json(body, error.status);
    }
    log.error(
      { event: 'http-failed', path: context.req.path, err: error },
      'an HTTP request failed',
    );
    const message = 'the request failed, see the log of the broker';
    return context.json({ code: 'INTERNAL_ERROR', message } satisfies Problem, 500);
  });
  // A route, since the app that this one is part of has its own answer to what is not found.
  app.all('*', (context) => {
    const { method, path } = context.req;
    const message = `there is no operation ${method} ${path}: see /api/v1/openapi.json`;
    return context.json({ code: 'NOT_FOUND', message } satisfies Problem, 404);
  });
}

/**
 * Answers what all operations are. The document is made once, when somebody asks: that takes some
 * 50 ms of the thread that delivers messages, and anybody may ask.
 */
function describe(app: OpenAPIHono<ApiEnv>, version: string): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
  });
  app.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: SESSION_COOKIE,
  });
  let text: string | undefined;
  app.get('/openapi.json', (context) => {
    text ??= JSON.stringify(app.getOpenAPI31Document(documentHead(version)));
    return context.body(text, 200, { 'Content-Type': 'application/json' });
  });
}

function documentHead(version: string) {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Magpie',
      version,
      description: 'Looks at a broker and acts on it.',
      license: { name: 'MIT' },
    },
    servers: [{ url: '/api/v1' }],
  };
}

/** Of a request. */
const BODY_BYTES_MAX = 1024 * 1024;

import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { LOG_LEVELS } from '../../config/config-schema.js';
import { type PacketWatch, WATCH_SECONDS_MAX } from '../../observe/packets/packet-watches.js';
import type { Access, ApiEnv } from '../access/access.js';
import type { AdminBroker } from '../admin-broker.js';
import { answers, jsonBody, operation } from '../api/operation.js';
import { problems } from '../api/problem.js';
import type { AdminHost } from '../host/admin-host.js';

const AS = ['clientid', 'peerhost'] as const;

const subjectShape = {
  as: z.enum(AS).describe('Whom `who` names: a client, or all who come from an address'),
  who: z.string().max(65_535),
};

const levelSchema = z
  .strictObject({
    level: z.enum(LOG_LEVELS).describe('Lines of this level and graver are written'),
  })
  .openapi('LogLevel');

const watchSchema = z
  .object({ ...subjectShape, until: z.iso.datetime().describe('When it ends by itself') })
  .openapi('PacketWatch');

const newWatchSchema = z
  .strictObject({
    ...subjectShape,
    seconds: z.number().int().min(1).max(WATCH_SECONDS_MAX).default(600),
  })
  .openapi('NewPacketWatch');

export type LogLevelInfo = z.infer<typeof levelSchema>;
export type PacketWatchInfo = z.infer<typeof watchSchema>;
export type NewPacketWatch = z.input<typeof newWatchSchema>;

interface Parts {
  readonly broker: AdminBroker;
  readonly host?: AdminHost | undefined;
  readonly access: Access;
}

/** What is logged, while the broker runs: the level, and the packets of whom. */
export function logRoutes(app: OpenAPIHono<ApiEnv>, parts: Parts): void {
  levelRoutes(app, parts);
  watchRoutes(app, parts);
}

function levelRoutes(app: OpenAPIHono<ApiEnv>, { host, access }: Parts): void {
  const read = createRoute({
    ...operation(access, 'viewer', 'Log'),
    method: 'get',
    path: '/log/level',
    summary: 'Read the level of the log',
    responses: {
      ...answers(levelSchema, 'From which level on lines are written'),
      ...problems(409),
    },
  });
  app.openapi(read, (context) => {
    if (host === undefined) return context.json(NO_LOG, 409);
    return context.json({ data: { level: host.logLevel() } }, 200);
  });

  const change = createRoute({
    ...operation(access, 'operator', 'Log'),
    method: 'put',
    path: '/log/level',
    summary: 'Log from another level on, until the broker ends or its file says another one',
    request: { body: jsonBody(levelSchema) },
    responses: {
      ...answers(levelSchema, 'From which level on lines are written'),
      ...problems(409, 413),
    },
  });
  app.openapi(change, (context) => {
    const { level } = context.req.valid('json');
    if (host === undefined) return context.json(NO_LOG, 409);
    host.setLogLevel(level);
    return context.json({ data: { level } }, 200);
  });
}

function watchRoutes(app: OpenAPIHono<ApiEnv>, { broker, access }: Parts): void {
  const list = createRoute({
    ...operation(access, 'viewer', 'Log'),
    method: 'get',
    path: '/log/packets',
    summary: 'List whose packets are logged',
    responses: answers(z.array(watchSchema), 'At most 64'),
  });
  app.openapi(list, (context) => {
    return context.json({ data: broker.packetWatches.list().map(watchInfo) }, 200);
  });

  const change = operation(access, 'operator', 'Log');
  const add = createRoute({
    ...change,
    method: 'post',
    path: '/log/packets',
    summary: 'Log each packet of a client or an address for a while, without payloads',
    request: { body: jsonBody(newWatchSchema) },
    responses: { ...answers(watchSchema, 'The watch'), ...problems(409, 413) },
  });
  app.openapi(add, (context) => {
    const { as, who, seconds } = context.req.valid('json');
    try {
      const watch = broker.packetWatches.add(subjectOf(as, who), seconds);
      return context.json({ data: watchInfo(watch) }, 200);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return context.json({ code: 'TOO_MANY', message: error.message }, 409);
    }
  });

  const remove = createRoute({
    ...change,
    method: 'delete',
    path: '/log/packets/{as}/{who}',
    summary: 'Log the packets of a client or an address no longer',
    request: {
      params: z.object({
        as: subjectShape.as.openapi({ param: { name: 'as', in: 'path' }, example: 'clientid' }),
        who: subjectShape.who.openapi({ param: { name: 'who', in: 'path' }, example: 'sensor-7' }),
      }),
    },
    responses: {
      ...answers(z.object({ removed: z.literal(true) }), 'It has ended'),
      ...problems(404),
    },
  });
  app.openapi(remove, (context) => {
    const { as, who } = context.req.valid('param');
    if (!broker.packetWatches.remove(subjectOf(as, who))) {
      return context.json({ code: 'NOT_FOUND', message: 'it is not watched' }, 404);
    }
    return context.json({ data: { removed: true as const } }, 200);
  });
}

function subjectOf(as: (typeof AS)[number], who: string) {
  return as === 'clientid' ? { clientId: who } : { address: who };
}

function watchInfo({ clientId, address, untilMs }: PacketWatch): PacketWatchInfo {
  const subject =
    clientId === undefined
      ? ({ as: 'peerhost', who: address } as const)
      : ({ as: 'clientid', who: clientId } as const);
  return { ...subject, until: new Date(untilMs).toISOString() };
}

const NO_LOG = {
  code: 'NOT_CONFIGURED',
  message: 'this broker logs into the program around it, which decides what is written',
};

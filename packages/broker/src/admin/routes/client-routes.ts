import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { ClientEntry } from '../../pipeline/client-directory.js';
import type { Access, ApiEnv } from '../access/access.js';
import type { AdminBroker } from '../admin-broker.js';
import { answers, operation, pageAnswers } from '../api/operation.js';
import { pageOf, pageOfAll, pageQuery } from '../api/paging.js';
import { fromPathId, PATH_ID_HELP } from '../api/path-id.js';
import { problems } from '../api/problem.js';

export const clientSchema = z
  .object({
    clientid: z.string(),
    username: z.string().nullable().describe('That authentication vouched for'),
    connected: z.boolean(),
    address: z.string().nullable().describe('Of the connection; null: it is away'),
    connected_at: z.iso.datetime().nullable(),
    proto_ver: z.int().nullable().describe('Protocol level: 3 is MQTT 3.1, 4 is 3.1.1'),
    keepalive: z.int().nullable().describe('Seconds; 0: none'),
    clean_start: z.boolean().describe('Whether the session ends with the connection'),
    subscriptions_cnt: z.int(),
    mqueue_len: z.int().describe('Messages that wait to be sent'),
    inflight_cnt: z.int().describe('QoS 1 and 2 that were sent and are not acknowledged'),
  })
  .openapi('Client');

export type ClientInfo = z.infer<typeof clientSchema>;

export const subscriptionSchema = z
  .object({
    clientid: z.string(),
    topic: z.string().describe('The filter, as the client wrote it'),
    qos: z.int().min(0).max(2),
  })
  .openapi('Subscription');

export type SubscriptionInfo = z.infer<typeof subscriptionSchema>;

export const idParam = z.object({
  clientid: z
    .string()
    .transform(fromPathId)
    .openapi({
      type: 'string',
      description: PATH_ID_HELP,
      param: { name: 'clientid', in: 'path', required: true },
      example: 'sensor-7',
    }),
});

interface Parts {
  readonly broker: AdminBroker;
  readonly access: Access;
}

/** Clients and what they subscribe to. */
export function clientRoutes(app: OpenAPIHono<ApiEnv>, parts: Parts): void {
  listRoute(app, parts);
  oneRoutes(app, parts);
  disconnectRoute(app, parts);
}

function listRoute(app: OpenAPIHono<ApiEnv>, { broker, access }: Parts): void {
  const query = pageQuery.extend({
    like_clientid: z.string().max(1000).optional().describe('Has this in its identifier'),
    username: z.string().max(1000).optional(),
    ip_address: z.string().max(100).optional(),
    conn_state: z.enum(['connected', 'disconnected']).optional(),
  });
  const list = createRoute({
    ...operation(access, 'viewer', 'Clients'),
    method: 'get',
    path: '/clients',
    summary: 'List clients, connected or with a session that waits for them',
    request: { query },
    responses: pageAnswers(clientSchema, 'A page of clients'),
  });
  app.openapi(list, async (context) => {
    const { page, limit, ...wanted } = context.req.valid('query');
    const { clients } = broker;
    const isAll = Object.values(wanted).every((value) => value === undefined);
    const found = isAll
      ? await pageOfAll(clients.all(), clients.size, { page, limit }, clientInfo)
      : await pageOf(clients.all(), { page, limit }, (one) => isWanted(one, wanted), clientInfo);
    return context.json(found, 200);
  });
}

function oneRoutes(app: OpenAPIHono<ApiEnv>, { broker, access }: Parts): void {
  const view = operation(access, 'viewer', 'Clients');
  const one = createRoute({
    ...view,
    method: 'get',
    path: '/clients/{clientid}',
    summary: 'Look at one client',
    request: { params: idParam },
    responses: { ...answers(clientSchema, 'The client'), ...problems(404) },
  });
  app.openapi(one, (context) => {
    const client = broker.clients.get(context.req.valid('param').clientid);
    if (client === undefined) return context.json(NO_CLIENT, 404);
    return context.json({ data: clientInfo(client) }, 200);
  });

  const subscriptions = createRoute({
    ...view,
    method: 'get',
    path: '/clients/{clientid}/subscriptions',
    summary: 'List the subscriptions of a client',
    request: { params: idParam, query: pageQuery },
    responses: { ...pageAnswers(subscriptionSchema, 'Its subscriptions'), ...problems(404) },
  });
  app.openapi(subscriptions, async (context) => {
    const client = broker.clients.get(context.req.valid('param').clientid);
    if (client === undefined) return context.json(NO_CLIENT, 404);
    const { clientId: clientid } = client;
    const { subscriptions: all } = client;
    const wanted = context.req.valid('query');
    const page = await pageOfAll(all, all.size, wanted, ([topic, qos]) => ({
      clientid,
      topic,
      qos,
    }));
    return context.json(page, 200);
  });
}

function disconnectRoute(app: OpenAPIHono<ApiEnv>, { broker, access }: Parts): void {
  const disconnect = createRoute({
    ...operation(access, 'operator', 'Clients'),
    method: 'delete',
    path: '/clients/{clientid}',
    summary: 'End the connection of a client; its session stays if it is persistent',
    request: { params: idParam },
    responses: {
      ...answers(z.object({ disconnected: z.literal(true) }), 'It was connected'),
      ...problems(404),
    },
  });
  app.openapi(disconnect, (context) => {
    const { clientid } = context.req.valid('param');
    if (!broker.disconnect(clientid)) return context.json(NOT_CONNECTED, 404);
    return context.json({ data: { disconnected: true as const } }, 200);
  });
}

interface Wanted {
  readonly like_clientid?: string | undefined;
  readonly username?: string | undefined;
  readonly ip_address?: string | undefined;
  readonly conn_state?: 'connected' | 'disconnected' | undefined;
}

function isWanted(client: ClientEntry, wanted: Wanted): boolean {
  const { like_clientid: part, username, ip_address: address, conn_state: state } = wanted;
  const { presence } = client;
  if (state !== undefined && (presence !== undefined) !== (state === 'connected')) return false;
  if (part !== undefined && !client.clientId.includes(part)) return false;
  if (username !== undefined && client.username !== username) return false;
  return address === undefined || presence?.principal.address === address;
}

/** What is shown of a client. */
export function clientInfo(client: ClientEntry): ClientInfo {
  const { presence } = client;
  return {
    clientid: client.clientId,
    username: client.username ?? null,
    connected: presence !== undefined,
    address: presence?.principal.address ?? null,
    connected_at: presence === undefined ? null : new Date(presence.sinceMs).toISOString(),
    proto_ver: presence?.protocolVersion ?? null,
    keepalive: presence?.keepAliveS ?? null,
    clean_start: !client.persistent,
    subscriptions_cnt: client.subscriptions.size,
    mqueue_len: client.queuedMessages,
    inflight_cnt: client.inflightMessages,
  };
}

export const NO_CLIENT = {
  code: 'CLIENTID_NOT_FOUND',
  message: 'no client of this identifier is connected or has a session',
};
const NOT_CONNECTED = {
  code: 'CLIENTID_NOT_FOUND',
  message: 'no client of this identifier is connected',
};

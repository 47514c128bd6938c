import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { ByQoS } from '../../observe/traffic-ledger.js';
import type { ClientEntry } from '../../pipeline/client-directory.js';
import type { ClientStatistics } from '../../pipeline/client-statistics.js';
import type { Access, ApiEnv } from '../access/access.js';
import type { AdminBroker } from '../admin-broker.js';
import { answers, operation } from '../api/operation.js';
import { problems } from '../api/problem.js';
import { idParam, NO_CLIENT } from './client-routes.js';

const byQoS = z.object({ qos0: z.int(), qos1: z.int(), qos2: z.int() }).openapi('ByQoS');

const acknowledgementSchema = z.object({
  mean_ms: z.number().describe('Of the last ones'),
  slowest_ms: z.number(),
  waiting_ms: z.number().nullable().describe('For how long it has owed one; null: it owes none'),
});

const statisticsSchema = z
  .object({
    clientid: z.string(),
    connected: z.boolean(),
    connected_at: z.iso.datetime().nullable(),
    recv_msg: byQoS.describe('PUBLISH packets taken from it'),
    recv_payload_bytes: byQoS,
    send_msg: byQoS.describe('PUBLISH packets handed to its connections, redeliveries included'),
    send_payload_bytes: byQoS,
    delivered_msg: z.int().describe('The same without redeliveries'),
    waited_msg: z.int().describe('Messages that had to wait before they were sent'),
    dropped_msg: z.record(z.string(), z.int()).describe('By reason, see docs/metrics.md'),
    mqueue_len: z.int().describe('Messages that wait to be sent'),
    mqueue_bytes: z.int().describe('Their topics and payloads'),
    inflight_cnt: z.int().describe('QoS 1 and 2 that were sent and are not acknowledged'),
    acknowledgement: acknowledgementSchema
      .nullable()
      .describe('How long it takes to acknowledge, one message at a time; null: it never had to'),
    unwritten_ms: z
      .number()
      .nullable()
      .describe('For how long output has waited that the system does not take; null: none waits'),
  })
  .openapi('ClientStatistics');

export type ClientStatisticsInfo = z.infer<typeof statisticsSchema>;

const slowSchema = z
  .object({
    clientid: z.string(),
    address: z.string().nullable().describe('Of the connection; null: it has just left'),
    delay_ms: z.number(),
    of: z
      .enum(['acknowledgement', 'output'])
      .describe('What takes so long: to acknowledge, or to read what it is sent'),
    mqueue_len: z.int().describe('Messages that wait to be sent'),
    inflight_cnt: z.int().describe('QoS 1 and 2 that were sent and are not acknowledged'),
  })
  .openapi('SlowSubscriber');

export type SlowSubscriberInfo = z.infer<typeof slowSchema>;

interface Parts {
  readonly broker: AdminBroker;
  readonly access: Access;
}

/** What single clients have done, and which are slow. */
export function statisticRoutes(app: OpenAPIHono<ApiEnv>, { broker, access }: Parts): void {
  const view = operation(access, 'viewer', 'Clients');
  const statistics = createRoute({
    ...view,
    method: 'get',
    path: '/clients/{clientid}/statistics',
    summary: 'What a client has published and was sent, since its session began',
    request: { params: idParam },
    responses: { ...answers(statisticsSchema, 'Its statistics'), ...problems(404) },
  });
  app.openapi(statistics, (context) => {
    const { clientid } = context.req.valid('param');
    const client = broker.clients.get(clientid);
    const known = broker.clients.statistics(clientid);
    if (client === undefined || known === undefined) return context.json(NO_CLIENT, 404);
    return context.json({ data: statisticsInfo(client, known) }, 200);
  });

  const slow = createRoute({
    ...view,
    method: 'get',
    path: '/slow-subscribers',
    summary: 'Rank the connected clients that are slow to take what they are sent',
    request: {
      query: z.object({
        limit: z.coerce.number().int().min(1).max(100).default(10).openapi({ example: 10 }),
      }),
    },
    responses: answers(z.array(slowSchema), 'The slowest first'),
  });
  app.openapi(slow, async (context) => {
    const slowest = await broker.clients.slowest(context.req.valid('query').limit);
    const data = slowest.map(({ clientId: clientid, delayMs, of }) => {
      const client = broker.clients.get(clientid);
      return {
        clientid,
        address: client?.presence?.principal.address ?? null,
        delay_ms: rounded(delayMs),
        of,
        mqueue_len: client?.queuedMessages ?? 0,
        inflight_cnt: client?.inflightMessages ?? 0,
      };
    });
    return context.json({ data }, 200);
  });
}

function statisticsInfo(
  { clientId: clientid, presence }: ClientEntry,
  statistics: ClientStatistics,
): ClientStatisticsInfo {
  const { traffic, acknowledgements: times, unwrittenMs } = statistics;
  const orNull = (ms: number | undefined) => (ms === undefined ? null : rounded(ms));
  return {
    clientid,
    connected: presence !== undefined,
    connected_at: presence === undefined ? null : new Date(presence.sinceMs).toISOString(),
    recv_msg: byQoSInfo(traffic.messagesReceived),
    recv_payload_bytes: byQoSInfo(traffic.bytesReceived),
    send_msg: byQoSInfo(traffic.messagesSent),
    send_payload_bytes: byQoSInfo(traffic.bytesSent),
    delivered_msg: statistics.sentMessages,
    waited_msg: statistics.waitedMessages,
    dropped_msg: Object.fromEntries(statistics.dropped),
    mqueue_len: statistics.queuedMessages,
    mqueue_bytes: statistics.queuedBytes,
    inflight_cnt: statistics.inflightMessages,
    acknowledgement:
      times === undefined
        ? null
        : {
            mean_ms: rounded(times.meanMs),
            slowest_ms: rounded(times.slowestMs),
            waiting_ms: orNull(times.waitingMs),
          },
    unwritten_ms: orNull(unwrittenMs),
  };
}

function byQoSInfo([qos0, qos1, qos2]: ByQoS) {
  return { qos0, qos1, qos2 };
}

/** To microseconds: what is beyond is noise. */
function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { matches, parseSharedFilter, type QoS, validateTopicName } from '@magpie/protocol';
import type { ClientDirectory, ClientEntry } from '../../pipeline/client-directory.js';
import type { Access, ApiEnv } from '../access/access.js';
import type { AdminBroker } from '../admin-broker.js';
import { operation, pageAnswers } from '../api/operation.js';
import { pageOf, pageQuery } from '../api/paging.js';
import { subscriptionSchema } from './client-routes.js';

const subscriptionsQuery = pageQuery.extend({
  clientid: z.string().max(65_535).optional().describe('Only those of this client'),
  topic: z.string().max(65_535).optional().describe('Only this filter, as the client wrote it'),
  match_topic: z
    .string()
    .refine((topic) => validateTopicName(topic) === undefined, 'it is no topic name')
    .optional()
    .describe('Only filters that match this topic; those of a share group by their own filter'),
  share_group: z.string().max(65_535).optional().describe('Only those of this share group'),
  qos: z.coerce.number().int().min(0).max(2).optional(),
});

type Wanted = Omit<z.infer<typeof subscriptionsQuery>, 'page' | 'limit' | 'clientid'>;

/** The subscriptions of all clients. */
export function subscriptionRoutes(
  app: OpenAPIHono<ApiEnv>,
  { broker, access }: { readonly broker: AdminBroker; readonly access: Access },
): void {
  const list = createRoute({
    ...operation(access, 'viewer', 'Subscriptions'),
    method: 'get',
    path: '/subscriptions',
    summary: 'List subscriptions of all clients, also of those that are away',
    request: { query: subscriptionsQuery },
    responses: pageAnswers(subscriptionSchema, 'A page of subscriptions'),
  });
  app.openapi(list, async (context) => {
    const { clientid, ...wanted } = context.req.valid('query');
    const steps = stepsOf(broker.clients, clientid);
    const page = await pageOf(steps, wanted, (step) => isWanted(step, wanted), rowOf);
    return context.json(page, 200);
  });
}

/** A client, or one of its subscriptions: each is a step, so neither can be too many at once. */
type Step = readonly [client: ClientEntry, filter?: string, qos?: QoS];

function* stepsOf(clients: ClientDirectory, clientId: string | undefined): Generator<Step> {
  for (const client of clientId === undefined ? clients.all() : oneOf(clients, clientId)) {
    yield [client];
    for (const [filter, qos] of client.subscriptions) yield [client, filter, qos];
  }
}

function oneOf(clients: ClientDirectory, clientId: string): readonly ClientEntry[] {
  const client = clients.get(clientId);
  return client === undefined ? [] : [client];
}

function isWanted([, filter, qos]: Step, wanted: Wanted): boolean {
  if (filter === undefined) return false;
  if (wanted.topic !== undefined && filter !== wanted.topic) return false;
  if (wanted.qos !== undefined && qos !== wanted.qos) return false;
  const { share_group: group, match_topic: topic } = wanted;
  if (group === undefined && topic === undefined) return true;
  const shared = parseSharedFilter(filter);
  if (group !== undefined && shared?.group !== group) return false;
  return topic === undefined || matches(shared?.filter ?? filter, topic);
}

function rowOf([client, topic = '', qos = 0]: Step) {
  return { clientid: client.clientId, topic, qos };
}

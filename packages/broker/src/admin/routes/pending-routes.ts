import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { ClientEntry } from '../../pipeline/client-directory.js';
import {
  inflightPlaces,
  type Pending,
  PENDING_START,
  type PendingPlace,
  type PendingPosition,
  queuedPlaces,
} from '../../sessions/pending-places.js';
import type { Access, ApiEnv } from '../access/access.js';
import { includesRole } from '../access/role.js';
import type { AdminBroker } from '../admin-broker.js';
import { operation } from '../api/operation.js';
import { type PendingEntry, pendingPage } from '../api/pending-page.js';
import { problems } from '../api/problem.js';
import { idParam, NO_CLIENT } from './client-routes.js';

const pendingSchema = z
  .object({
    state: z
      .enum(['queued', 'sent', 'received'])
      .describe('sent: it waits for PUBACK or PUBREC; received: for PUBCOMP'),
    packet_id: z.int().nullable().describe('While it is in flight'),
    topic: z
      .string()
      .nullable()
      .describe('null: nobody keeps it, since it is not sent again; a filter where `left` is set'),
    qos: z.int().min(0).max(2).nullable(),
    retain: z.boolean().describe('Whether it is sent as a retained message'),
    from_clientid: z.string().nullable().describe('Who published it; null: the broker itself'),
    payload_bytes: z.int().nullable(),
    payload: z
      .string()
      .nullable()
      .describe('Base64, of a long one its beginning; null for the role viewer'),
    left: z
      .int()
      .nullable()
      .describe('It stands for so many retained messages that a new subscription is to get'),
  })
  .openapi('PendingMessage');

export type PendingInfo = z.infer<typeof pendingSchema>;

const pendingMeta = z
  .object({
    limit: z.int().describe('Entries of a page, at most'),
    count: z.int().describe('Entries of the whole list, now'),
    hasnext: z.boolean().describe('Whether there is another page'),
    position: z
      .string()
      .nullable()
      .describe('What to ask for the next page with; null: there is none'),
  })
  .openapi('PositionMeta');

export type PositionMeta = z.infer<typeof pendingMeta>;

const pendingQuery = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(100).openapi({ example: 100 }),
  position: z
    .string()
    .regex(/^\d{1,15}(\.\d{1,9})?$/, 'it is none that an answer has told')
    .optional()
    .describe('Of the answer before; without: from the oldest on'),
  max_payload_bytes: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_536)
    .default(1024)
    .describe('Of each; a page has 4 MiB of them at most'),
});

interface Parts {
  readonly broker: AdminBroker;
  readonly access: Access;
}

/** What is on its way to a client, message by message. */
export function pendingRoutes(app: OpenAPIHono<ApiEnv>, parts: Parts): void {
  listRoute(app, parts, {
    path: '/clients/{clientid}/mqueue_messages',
    summary: 'List what waits to be sent to a client, oldest first, also while it is away',
    places: queuedPlaces,
    count: (client) => client.queuedMessages,
  });
  listRoute(app, parts, {
    path: '/clients/{clientid}/inflight_messages',
    summary: 'List what was sent to a client and is not acknowledged, oldest first',
    places: inflightPlaces,
    count: (client) => client.inflightMessages,
  });
}

interface List {
  readonly path: `/clients/{clientid}/${string}`;
  readonly summary: string;
  readonly places: (pending: Pending, after: PendingPosition) => Iterable<PendingPlace | undefined>;
  readonly count: (client: ClientEntry) => number;
}

function listRoute(app: OpenAPIHono<ApiEnv>, { broker, access }: Parts, list: List): void {
  const { path, summary, places, count } = list;
  const schema = z.object({ data: z.array(pendingSchema), meta: pendingMeta });
  const route = createRoute({
    ...operation(access, 'viewer', 'Clients'),
    method: 'get',
    path,
    summary,
    request: { params: idParam, query: pendingQuery },
    responses: {
      200: {
        description: 'Some of them; what leaves meanwhile is left out',
        content: { 'application/json': { schema } },
      },
      ...problems(400, 401, 403, 404, 503),
    },
  });
  app.openapi(route, async (context) => {
    const client = broker.clients.get(context.req.valid('param').clientid);
    if (client === undefined) return context.json(NO_CLIENT, 404);
    const { limit, position, max_payload_bytes: most } = context.req.valid('query');
    const peek = includesRole(context.var.identity.role, 'operator') ? new Peek(most) : undefined;
    const walk = places(client.pending, positionOf(position));
    try {
      const page = await pendingPage(client, walk, limit, (entry) => pendingInfo(entry, peek));
      const next = page.next === undefined ? null : positionText(page.next);
      const meta = { limit, count: count(client), hasnext: next !== null, position: next };
      return context.json({ data: page.rows, meta }, 200);
    } catch (error) {
      return context.json({ code: 'STORE_FAILED', message: (error as Error).message }, 503);
    }
  });
}

/** Payloads of one page, up to its bound. */
class Peek {
  readonly #most: number;
  #left = PAGE_PAYLOAD_BYTES_MAX;

  constructor(most: number) {
    this.#most = most;
  }

  of(payload: Uint8Array): string {
    const shown = payload.subarray(0, Math.min(this.#most, this.#left));
    this.#left -= shown.length;
    return Buffer.from(shown).toString('base64');
  }
}

function pendingInfo(entry: PendingEntry, peek: Peek | undefined): PendingInfo {
  const { state, packetId, qos, retained, message, replay } = entry;
  return {
    state,
    packet_id: packetId ?? null,
    topic: message?.topic ?? replay?.filter ?? null,
    qos: qos ?? null,
    retain: retained,
    from_clientid: message?.publisher || null,
    payload_bytes: message?.payloadLength ?? null,
    payload: message === undefined ? null : (peek?.of(message.payload) ?? null),
    left: replay?.left ?? null,
  };
}

function positionOf(text: string | undefined): PendingPosition {
  if (text === undefined) return PENDING_START;
  const [sequence = 0, behind = 0] = text.split('.').map(Number);
  return { sequence: sequence - 1, behind };
}

/** Numbers begin with -1: what has none may be before all that have. */
function positionText({ sequence, behind }: PendingPosition): string {
  return behind === 0 ? String(sequence + 1) : `${sequence + 1}.${behind}`;
}

const PAGE_PAYLOAD_BYTES_MAX = 4 * 1024 * 1024;

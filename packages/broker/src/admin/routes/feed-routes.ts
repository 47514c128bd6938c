import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { parseSharedFilter } from '@magpie/protocol';
import { TokenBucket } from '../../admission/token-bucket.js';
import type { Clock } from '../../model/clock.js';
import type { Message } from '../../model/message.js';
import { JOURNAL_KINDS, type JournalKind } from '../../observe/journal/journal-entry.js';
import type { ApiEnv } from '../access/access.js';
import type { AdminBroker } from '../admin-broker.js';
import { feed, feedAnswers, type FeedParts } from '../api/feed.js';
import { operation } from '../api/operation.js';
import { topicFilter } from './message-routes.js';

const EVENT_KINDS = JOURNAL_KINDS.filter(isEvent);

const eventsQuery = z.object({
  kinds: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(EVENT_KINDS)))
    .optional()
    .openapi({
      type: 'string',
      description: `Only these, with commas between: ${EVENT_KINDS.join(', ')}`,
      example: 'connected,disconnected',
    }),
  clientid: z.string().max(65_535).optional().describe('Only what happens to this client'),
});

export const liveMessageSchema = z
  .object({
    at: z.iso.datetime(),
    topic: z.string(),
    qos: z.int().min(0).max(2).describe('As it was published'),
    retain: z.boolean(),
    from_clientid: z.string().nullable().describe('Who published it; null: the broker itself'),
    payload_bytes: z.int(),
    payload: z.string().describe('Base64; of a long one its beginning'),
  })
  .openapi('LiveMessage');

export type LiveMessage = z.infer<typeof liveMessageSchema>;

const liveQuery = z.object({
  filter: topicFilter.refine(
    (filter) => parseSharedFilter(filter) === undefined,
    'a share group would take messages from its members',
  ),
  rate: z.coerce
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(100)
    .describe('Messages of a second, at most; all others are left out, and counted'),
  max_payload_bytes: z.coerce.number().int().min(0).max(4096).default(256),
});

interface Parts extends FeedParts {
  readonly broker: AdminBroker;
  readonly clock: Clock;
}

/** What happens, as it happens: server-sent events. */
export function feedRoutes(app: OpenAPIHono<ApiEnv>, parts: Parts): void {
  eventsRoute(app, parts);
  messagesRoute(app, parts);
}

function eventsRoute(app: OpenAPIHono<ApiEnv>, parts: Parts): void {
  const events = createRoute({
    ...operation(parts.access, 'viewer', 'Live'),
    method: 'get',
    path: '/events',
    summary: 'Follow what happens to clients: connects, refusals, subscriptions, drops, bans',
    request: { query: eventsQuery },
    responses: feedAnswers(
      'Each event has the type of a JournalEntry and is one. Drops are sampled.',
    ),
  });
  app.openapi(events, (context) => {
    const { kinds = EVENT_KINDS, clientid } = context.req.valid('query');
    const wanted: ReadonlySet<JournalKind> = new Set(kinds);
    return feed(context, parts, { kind: 'events', role: 'viewer' }, (stream) =>
      parts.broker.watch((entry) => {
        if (!wanted.has(entry.kind)) return;
        if (clientid === undefined || entry.clientId === clientid) stream.send(entry.kind, entry);
      }),
    );
  });
}

function messagesRoute(app: OpenAPIHono<ApiEnv>, parts: Parts): void {
  const { broker, clock } = parts;
  const messages = createRoute({
    ...operation(parts.access, 'operator', 'Live'),
    method: 'get',
    path: '/messages/live',
    summary: 'Follow the messages that are published on a filter; nobody loses one by that',
    request: { query: liveQuery },
    responses: feedAnswers('Each event is a `message`, its data a LiveMessage.'),
  });
  app.openapi(messages, (context) => {
    const { filter, rate, max_payload_bytes: most } = context.req.valid('query');
    return feed(context, parts, { kind: 'messages', role: 'operator' }, (stream) => {
      const bucket = new TokenBucket(rate, rate, clock.nowMs());
      const subscription = broker.subscribe(filter, (message) => {
        if (!bucket.tryTake(1, clock.nowMs())) stream.lose('rate');
        else stream.send('message', liveMessage(message, clock.wallMs(), most));
      });
      return () => subscription.unsubscribe();
    });
  });
}

function liveMessage(message: Message, atMs: number, payloadBytesMax: number): LiveMessage {
  const { topic, qos, retain, publisher, payload, payloadLength } = message;
  return {
    at: new Date(atMs).toISOString(),
    topic,
    qos,
    retain,
    from_clientid: publisher || null,
    payload_bytes: payloadLength,
    payload: Buffer.from(payload.subarray(0, payloadBytesMax)).toString('base64'),
  };
}

/** What happens with messages one by one has feeds of its own. */
function isEvent<Kind extends JournalKind>(
  kind: Kind,
): kind is Exclude<Kind, 'published' | 'queued' | 'delivered'> {
  return kind !== 'published' && kind !== 'queued' && kind !== 'delivered';
}

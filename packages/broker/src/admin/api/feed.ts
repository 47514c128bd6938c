import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Access, ApiEnv } from '../access/access.js';
import type { Role } from '../access/role.js';
import type { EventStream, EventStreams, FeedKind } from './event-stream.js';
import { problems } from './problem.js';

export interface FeedParts {
  readonly access: Access;
  readonly streams: EventStreams;
}

/**
 * Answers with server-sent events until who reads goes away, may no longer, or the broker stops.
 *
 * @param what Is read, and the role that the operation asks for.
 * @param begin Puts up what sends events. @returns What takes it off again.
 */
export function feed(
  context: Context<ApiEnv>,
  { access, streams }: FeedParts,
  { kind, role }: { readonly kind: FeedKind; readonly role: Role },
  begin: (stream: EventStream) => () => void,
) {
  const stream = streams.open(kind, () => access.stillMay(context, role));
  if (stream === undefined) return context.json(TOO_MANY_FEEDS, 429);
  stream.onEnd(begin(stream));
  return context.body(stream.body, 200, { 'Content-Type': 'text/event-stream' });
}

/** The answers of an operation that is a {@link feed}. @param description With its events. */
export function feedAnswers(description: string) {
  return {
    200: {
      description: `${description} ${EVENTS_OF_ALL}`,
      content: { 'text/event-stream': { schema: z.string() } },
    },
    ...problems(400, 401, 403, 429),
  };
}

const EVENTS_OF_ALL =
  'Of every feed: `dropped` says how many events were left out since the last one, since the '
  + 'reader is `slow` or for the bounded `rate`; `end` is the last one.';

const TOO_MANY_FEEDS = {
  code: 'TOO_MANY_FEEDS',
  message: 'too many feeds are read: end one first',
};

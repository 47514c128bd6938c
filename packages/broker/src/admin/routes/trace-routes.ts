import { setImmediate as otherWork } from 'node:timers/promises';
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { validateTopicFilter } from '@magpie/protocol';
import { DROP_REASONS } from '../../model/drop-reason.js';
import { TRACE_NUMBERS } from '../../model/trace-numbers.js';
import { type Station, STATIONS } from '../../observe/trace/station.js';
import type { TraceEnd, TraceView } from '../../observe/trace/trace.js';
import type { TraceOptions } from '../../observe/trace/trace-order.js';
import { TooManyTraces } from '../../observe/trace/tracer.js';
import type { ApiEnv } from '../access/access.js';
import { includesRole } from '../access/role.js';
import type { AdminBroker } from '../admin-broker.js';
import type { EventStream } from '../api/event-stream.js';
import { feed, feedAnswers, type FeedParts } from '../api/feed.js';
import { answers, jsonBody, operation, pageAnswers } from '../api/operation.js';
import { pageOf, pageQuery } from '../api/paging.js';
import { problems } from '../api/problem.js';

const numbers = {
  sample: number('sample').describe('Follow one message in so many'),
  duration_ms: number('durationMs').describe('When it ends by itself'),
  messages_max: number('messagesMax').describe('It ends after so many messages'),
  messages_per_second_max: number('messagesPerSecondMax').describe('Others are only counted'),
  subscribers_max: number('subscribersMax').describe(
    'Subscribers of a message that are told one by one; others are only counted',
  ),
  payload_bytes: number('payloadBytes').describe(
    'Bytes of the payload that operators are shown, as base64',
  ),
};

const newTraceSchema = z
  .strictObject({
    topic: z
      .string()
      .refine((filter) => validateTopicFilter(filter) === undefined, 'it is no topic filter')
      .optional()
      .describe('Topic filter')
      .openapi({ example: 'plant/#' }),
    clientid: z.string().min(1).optional().describe('Of the publisher'),
    to: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Client identifier of a subscriber: messages that match a subscription of it. Of other '
          + 'subscribers it is only counted what becomes of the message',
      ),
    address: z.string().optional().describe('Address or network of the publisher'),
    ...numbers,
  })
  .openapi('NewTrace');

export const traceSchema = z
  .object({
    id: z.string(),
    topic: z.string().nullable(),
    clientid: z.string().nullable(),
    to: z.string().nullable(),
    address: z.string().nullable(),
    sample: z.int(),
    started_at: z.iso.datetime(),
    expires_at: z.iso.datetime(),
    messages: z.int().describe('Messages that it follows, or has followed'),
    messages_max: z.int(),
    skipped: z.int().describe('Messages that were left out for messages_per_second_max'),
    stations: z.int().describe('Stations that it has seen'),
    ended: z.enum(['expired', 'count', 'stopped', 'broker-closed']).nullable(),
  })
  .openapi('Trace');

const names = Object.keys(STATIONS) as [keyof typeof STATIONS];
const reasons = Object.keys(DROP_REASONS) as [keyof typeof DROP_REASONS];
const qos = z.union([z.literal(0), z.literal(1), z.literal(2)]);

/** For the document; events are not checked against it. */
export const stationSchema = z
  .object({
    number: z.int().describe('Counts the stations of the trace, from 1'),
    message: z.int().describe('Counts the messages of the trace, from 1'),
    kind: z.enum(names),
    atMs: z.number().describe('In ms since 1970, with fractions'),
    afterMs: z.number().describe('Ms since the message was received'),
    clientId: z.string().optional().describe('Empty: the program that embeds the broker'),
    address: z.string().optional(),
    topic: z.string().optional(),
    qos: qos.optional(),
    retain: z.boolean().optional(),
    dup: z.boolean().optional(),
    bytes: z.int().optional().describe('Of the payload'),
    payload: z.string().optional().describe('Its first bytes, as base64; for operators'),
    rule: z.string().optional(),
    reason: z.enum(reasons).optional(),
    outcome: z.enum(['kept', 'cleared', 'refused']).optional(),
    packet: z.enum(['puback', 'pubrec', 'pubcomp']).optional(),
    subscribers: z.int().optional(),
    groups: z.int().optional(),
    commit: z.int().optional(),
    others: z.object({ sent: z.int(), queued: z.int(), dropped: z.int() }).optional(),
  })
  .openapi('Station');

export type TraceInfo = z.infer<typeof traceSchema>;
export type NewTrace = z.input<typeof newTraceSchema>;

/** An event of the stream of a trace. */
export type TraceEvent =
  | { readonly event: 'station'; readonly data: Station }
  /** Stations that came before the next one and are not kept any more. */
  | { readonly event: 'missed'; readonly data: { readonly count: number } }
  /** Stations that were left out since this reader was too slow. */
  | { readonly event: 'dropped'; readonly data: { readonly slow: number; readonly rate: number } }
  | { readonly event: 'ended'; readonly data: { readonly reason: TraceEnd } }
  | { readonly event: 'end'; readonly data: { readonly reason: string } };

interface Parts extends FeedParts {
  readonly broker: AdminBroker;
}

const idParam = z.object({
  id: z.string().openapi({ param: { name: 'id', in: 'path' }, example: '1' }),
});

/** Following single messages through the broker. */
export function traceRoutes(app: OpenAPIHono<ApiEnv>, parts: Parts): void {
  startRoute(app, parts);
  readRoutes(app, parts);
  streamRoute(app, parts);
  removeRoute(app, parts);
}

function startRoute(app: OpenAPIHono<ApiEnv>, { broker, access }: Parts): void {
  const start = createRoute({
    ...operation(access, 'operator', 'Traces'),
    method: 'post',
    path: '/traces',
    summary: 'Follow messages through the broker, for a time',
    request: { body: jsonBody(newTraceSchema) },
    responses: { ...answers(traceSchema, 'The trace'), ...problems(409, 413) },
  });
  app.openapi(start, (context) => {
    try {
      const trace = broker.traces.start(optionsOf(context.req.valid('json')));
      return context.json({ data: traceInfo(trace) }, 200);
    } catch (error) {
      if (error instanceof TooManyTraces) {
        return context.json({ code: 'TOO_MANY_TRACES', message: error.message }, 409);
      }
      if (!(error instanceof TypeError)) throw error;
      return context.json({ code: 'BAD_TRACE', message: error.message }, 400);
    }
  });
}

function readRoutes(app: OpenAPIHono<ApiEnv>, { broker, access }: Parts): void {
  const read = operation(access, 'viewer', 'Traces');
  const list = createRoute({
    ...read,
    method: 'get',
    path: '/traces',
    summary: 'List the traces that run, and the latest that are over',
    request: { query: pageQuery },
    responses: pageAnswers(traceSchema, 'A page of traces'),
  });
  app.openapi(list, async (context) => {
    const wanted = context.req.valid('query');
    return context.json(await pageOf(broker.traces.list(), wanted, () => true, traceInfo), 200);
  });

  const one = createRoute({
    ...read,
    method: 'get',
    path: '/traces/{id}',
    summary: 'Look at a trace',
    request: { params: idParam },
    responses: { ...answers(traceSchema, 'The trace'), ...problems(404) },
  });
  app.openapi(one, (context) => {
    const trace = broker.traces.get(context.req.valid('param').id);
    if (trace === undefined) return context.json(NO_TRACE, 404);
    return context.json({ data: traceInfo(trace) }, 200);
  });
}

function streamRoute(app: OpenAPIHono<ApiEnv>, parts: Parts): void {
  const stream = createRoute({
    ...operation(parts.access, 'viewer', 'Traces'),
    method: 'get',
    path: '/traces/{id}/stream',
    summary: 'Read what a trace has seen, and what it sees',
    request: {
      params: idParam,
      query: z.object({
        after: z.coerce.number().int().min(0).default(0).describe('Only stations behind this one'),
      }),
    },
    responses: {
      ...feedAnswers(
        'Server-sent events: `station` is one, `missed` says how many before it are not kept any '
          + 'more, `ended` says why the trace is over.',
      ),
      ...problems(404),
    },
  });
  app.openAPIRegistry.register('Station', stationSchema);
  app.openapi(stream, (context) => {
    const trace = parts.broker.traces.get(context.req.valid('param').id);
    if (trace === undefined) return context.json(NO_TRACE, 404);
    const { after } = context.req.valid('query');
    const showsPayload = includesRole(context.get('identity').role, 'operator');
    return feed(context, parts, { kind: 'trace', role: 'viewer' }, (out) => {
      const stop = new AbortController();
      void tell(out, trace, { after, showsPayload, signal: stop.signal });
      return () => stop.abort();
    });
  });
}

async function tell(
  out: EventStream,
  trace: TraceView,
  how: { readonly after: number; readonly showsPayload: boolean; readonly signal: AbortSignal },
): Promise<void> {
  for await (const { stations, missed } of trace.follow(how.after, how.signal)) {
    if (missed > 0) out.send('missed', { count: missed });
    for (const station of stations) out.send('station', how.showsPayload ? station : bare(station));
    await otherWork(); // so that what was sent can leave: more may be waiting
  }
  if (trace.ended === undefined) return;
  out.send('ended', { reason: trace.ended });
  out.end('done');
}

function removeRoute(app: OpenAPIHono<ApiEnv>, { broker, access }: Parts): void {
  const remove = createRoute({
    ...operation(access, 'operator', 'Traces'),
    method: 'delete',
    path: '/traces/{id}',
    summary: 'End a trace, and forget it',
    request: { params: idParam },
    responses: {
      ...answers(z.object({ removed: z.literal(true) }), 'It is over'),
      ...problems(404),
    },
  });
  app.openapi(remove, (context) => {
    if (!broker.traces.remove(context.req.valid('param').id)) return context.json(NO_TRACE, 404);
    return context.json({ data: { removed: true as const } }, 200);
  });
}

function number(name: keyof typeof TRACE_NUMBERS) {
  const { default: usual, min, max } = TRACE_NUMBERS[name];
  return z.int().min(min).max(max).default(usual);
}

function optionsOf(wanted: z.output<typeof newTraceSchema>): TraceOptions {
  const { topic, clientid, to, address } = wanted;
  return {
    ...(topic !== undefined && { topic }),
    ...(clientid !== undefined && { clientId: clientid }),
    ...(to !== undefined && { to }),
    ...(address !== undefined && { address }),
    sample: wanted.sample,
    durationMs: wanted.duration_ms,
    messagesMax: wanted.messages_max,
    messagesPerSecondMax: wanted.messages_per_second_max,
    subscribersMax: wanted.subscribers_max,
    payloadBytes: wanted.payload_bytes,
  };
}

function traceInfo(trace: TraceView): TraceInfo {
  const { topic, clientId, to, address, sample, messagesMax } = trace.order;
  return {
    id: trace.id,
    topic: topic ?? null,
    clientid: clientId ?? null,
    to: to ?? null,
    address: address ?? null,
    sample,
    started_at: new Date(trace.startedAtMs).toISOString(),
    expires_at: new Date(trace.expiresAtMs).toISOString(),
    messages: trace.messages,
    messages_max: messagesMax,
    skipped: trace.skipped,
    stations: trace.stations,
    ended: trace.ended ?? null,
  };
}

/** For who may not see payloads. */
function bare({ payload: _payload, ...station }: Station): Station {
  return station;
}

const NO_TRACE = { code: 'NOT_FOUND', message: 'there is no trace with this id' };

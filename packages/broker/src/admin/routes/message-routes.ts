import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { isQoS, validateTopicFilter, validateTopicName } from '@magpie/protocol';
import type { Message } from '../../model/message.js';
import type { Access, ApiEnv } from '../access/access.js';
import type { AdminBroker } from '../admin-broker.js';
import { answers, jsonBody, operation, pageAnswers } from '../api/operation.js';
import { pageOf, pageQuery } from '../api/paging.js';
import { problems } from '../api/problem.js';

const topicName = z
  .string()
  .refine((topic) => validateTopicName(topic) === undefined, 'it is no topic name')
  .openapi({ example: 'plant/7/temperature' });

export const topicFilter = z
  .string()
  .refine((filter) => validateTopicFilter(filter) === undefined, 'it is no topic filter')
  .openapi({ example: 'plant/+/temperature' });

const qos = z.int().min(0).max(2);
const encoding = z.enum(['plain', 'base64']);

const newMessageSchema = z
  .strictObject({
    topic: topicName,
    payload: z.string().default(''),
    payload_encoding: encoding.default('plain'),
    qos: qos.default(0),
    retain: z.boolean().default(false),
  })
  .openapi('NewMessage');

export const retainedSchema = z
  .object({
    topic: z.string(),
    qos,
    payload_bytes: z.int(),
    payload: z.string().describe('Base64; of a long one its beginning'),
  })
  .openapi('RetainedMessage');

export const levelSchema = z
  .object({
    level: z.string(),
    topic: z.string().describe('The topic, or its first levels'),
    retained: z.boolean().describe('Whether a message is retained of this topic'),
    parent: z.boolean().describe('Whether there are topics below'),
  })
  .openapi('TopicLevel');

export type RetainedInfo = z.infer<typeof retainedSchema>;
export type TopicLevelInfo = z.infer<typeof levelSchema>;
export type NewMessage = z.input<typeof newMessageSchema>;

const topicQuery = z.object({ topic: topicName });

interface Parts {
  readonly broker: AdminBroker;
  readonly access: Access;
}

/** Publishes, and looks at retained messages. */
export function messageRoutes(app: OpenAPIHono<ApiEnv>, parts: Parts): void {
  publishRoute(app, parts);
  retainedRoutes(app, parts);
  topicRoute(app, parts);
  deleteRoute(app, parts);
}

function publishRoute(app: OpenAPIHono<ApiEnv>, { broker, access }: Parts): void {
  const publish = createRoute({
    ...operation(access, 'operator', 'Messages'),
    method: 'post',
    path: '/publish',
    summary: 'Publish a message; answered when what must survive of it is on disk',
    request: { body: jsonBody(newMessageSchema) },
    responses: {
      ...answers(z.object({ published: z.literal(true) }), 'It is published'),
      ...problems(413, 503),
    },
  });
  app.openapi(publish, async (context) => {
    const { topic, payload, payload_encoding, qos: level, retain } = context.req.valid('json');
    if (!isQoS(level)) throw new TypeError(`The schema let QoS ${level} through`);
    const bytes = Buffer.from(payload, payload_encoding === 'base64' ? 'base64' : 'utf8');
    try {
      await broker.publish({ topic, payload: bytes, qos: level, retain });
    } catch (error) {
      // It is full, or ends: what is wrong with the message the schema has said.
      return context.json({ code: 'NOT_PUBLISHED', message: (error as Error).message }, 503);
    }
    return context.json({ data: { published: true as const } }, 200);
  });
}

function retainedRoutes(app: OpenAPIHono<ApiEnv>, { broker, access }: Parts): void {
  const view = operation(access, 'viewer', 'Retained messages');
  const list = createRoute({
    ...view,
    method: 'get',
    path: '/retained',
    summary: 'List retained messages',
    request: { query: pageQuery.extend({ filter: topicFilter.default('#') }) },
    responses: pageAnswers(retainedSchema, 'A page of retained messages'),
  });
  app.openapi(list, async (context) => {
    const wanted = context.req.valid('query');
    const all = broker.retained.each(wanted.filter);
    return context.json(await pageOf(all, wanted, () => true, retainedInfo), 200);
  });

  const one = createRoute({
    ...view,
    method: 'get',
    path: '/retained/message',
    summary: 'Look at the retained message of a topic',
    request: { query: topicQuery },
    responses: { ...answers(retainedSchema, 'The message'), ...problems(404) },
  });
  app.openapi(one, (context) => {
    const message = broker.retained.get(context.req.valid('query').topic);
    if (message === undefined) return context.json(NOT_RETAINED, 404);
    return context.json({ data: retainedInfo(message, PAYLOAD_BYTES_MAX) }, 200);
  });
}

function topicRoute(app: OpenAPIHono<ApiEnv>, { broker, access }: Parts): void {
  const levels = createRoute({
    ...operation(access, 'viewer', 'Retained messages'),
    method: 'get',
    path: '/topics',
    summary: 'Walk the tree of topics that have retained messages, level by level',
    request: { query: pageQuery.extend({ parent: topicName.optional() }) },
    responses: pageAnswers(levelSchema, 'A page of the levels below `parent`'),
  });
  app.openapi(levels, async (context) => {
    const { parent, ...wanted } = context.req.valid('query');
    const before = parent === undefined ? '' : `${parent}/`;
    const below = broker.retained.levelsBelow(parent);
    const page = await pageOf(
      below,
      wanted,
      () => true,
      ({ level, message, isParent }) => ({
        level,
        topic: `${before}${level}`,
        retained: message !== undefined,
        parent: isParent,
      }),
    );
    return context.json(page, 200);
  });
}

function deleteRoute(app: OpenAPIHono<ApiEnv>, { broker, access }: Parts): void {
  const remove = createRoute({
    ...operation(access, 'operator', 'Retained messages'),
    method: 'delete',
    path: '/retained/message',
    summary: 'Delete the retained message of a topic',
    request: { query: topicQuery },
    responses: {
      ...answers(z.object({ deleted: z.literal(true) }), 'It is gone'),
      ...problems(404, 503),
    },
  });
  app.openapi(remove, async (context) => {
    const { topic } = context.req.valid('query');
    if (broker.retained.get(topic) === undefined) return context.json(NOT_RETAINED, 404);
    try {
      // As a client would: an empty retained message takes it off (MQTT-3.3.1-10).
      await broker.publish({ topic, payload: new Uint8Array(0), qos: 0, retain: true });
    } catch (error) {
      return context.json({ code: 'NOT_DELETED', message: (error as Error).message }, 503);
    }
    return context.json({ data: { deleted: true as const } }, 200);
  });
}

function retainedInfo(message: Message, bytesMax = PEEK_BYTES_MAX): RetainedInfo {
  const { topic, qos: level, payload } = message;
  return {
    topic,
    qos: level,
    payload_bytes: payload.length,
    payload: Buffer.from(payload.subarray(0, bytesMax)).toString('base64'),
  };
}

const NOT_RETAINED = { code: 'NOT_FOUND', message: 'no message is retained of this topic' };
/** Of each message of a page. */
const PEEK_BYTES_MAX = 1024;
const PAYLOAD_BYTES_MAX = 1024 * 1024;

import { validateTopicFilter, validateTopicName } from '@magpie/protocol';
import { z } from 'zod';

/**
 * A store as text: JSON lines, which `magpie store export` writes and `magpie store import` reads.
 *
 *     {"magpie":"store","version":2}      the first line
 *     {"type":"session", …}               one line for each thing; what belongs to a session names
 *     {"type":"message", …}               its client and stands somewhere below its line
 *     {"type":"end","lines":4}            the last one: how many lines there are, itself included
 *
 * Payloads are base64. Times are milliseconds. Messages stand in the order of their arrival. A
 * reader refuses what it does not know.
 *
 * Version 1 did not know whose a session is.
 */
export const EXPORT_VERSION = 2;

const clientId = z.string();
const count = z.int().min(0);
const qos = z.union([z.literal(0), z.literal(1), z.literal(2)]);
const qosAbove0 = z.union([z.literal(1), z.literal(2)]);
const topic = z.string().superRefine((text, context) => {
  const problem = validateTopicName(text);
  if (problem !== undefined) context.addIssue(problem);
});
const filter = z.string().superRefine((text, context) => {
  const problem = validateTopicFilter(text);
  if (problem !== undefined) context.addIssue(problem);
});
/** What was published. */
const published = {
  topic,
  qos,
  retain: z.boolean(),
  /** Client identifier of the publisher; empty: the broker itself. */
  publisher: z.string(),
  payload: z.base64(),
};

const recipient = z.strictObject({
  clientId,
  sequence: count,
  qos: qosAbove0,
  /** Whether it goes out with the RETAIN flag. */
  retained: z.boolean(),
});

/** What the lines between the first and the last are. */
const line = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('time'),
    /** Time of the broker, which goes on across restarts. */
    brokerMs: count,
    /** Time of the machine then, since 1970. */
    wallMs: count,
  }),
  z.strictObject({
    type: z.literal('session'),
    clientId,
    nextSequence: count,
    /**
     * Whose it is; without a name: of a client nobody vouched for. Left out: it is not known, the
     * first who comes gets it.
     */
    owner: z.strictObject({ username: z.string().optional() }).optional(),
    /** When its client left, by the time of the broker; left out: it was connected. */
    leftAtMs: count.optional(),
  }),
  z.strictObject({ type: z.literal('subscription'), clientId, filter, qos }),
  /** QoS 2 from the client: the identifier waits for its PUBREL. */
  z.strictObject({
    type: z.literal('received'),
    clientId,
    packetId: z.int().min(1).max(65_535),
  }),
  /** QoS 2 to the client: PUBREC was seen, only a PUBREL is due. */
  z.strictObject({ type: z.literal('released'), clientId, sequence: count }),
  /** Retained messages that a subscription is still to get. */
  z.strictObject({
    type: z.literal('replay'),
    clientId,
    filter,
    qos,
    after: count,
    asOf: count,
    nextSequence: count,
    endSequence: count,
  }),
  /** Queued or in flight. */
  z.strictObject({
    type: z.literal('message'),
    ...published,
    recipients: z.array(recipient).min(1),
  }),
  z.strictObject({ type: z.literal('retained'), ...published, change: count }),
  /** Of a client that was connected. */
  z.strictObject({
    type: z.literal('will'),
    number: count,
    clientId,
    /** Left out: it gave none. */
    username: z.string().optional(),
    address: z.string(),
    ...published,
  }),
  z.strictObject({ type: z.literal('end'), lines: count }),
]);

const firstLine = z.strictObject({
  magpie: z.literal('store'),
  version: z.int(),
});

export type StoreLine = z.infer<typeof line>;

export const FIRST_LINE = { magpie: 'store', version: EXPORT_VERSION } as const;

/** @throws {Error} saying what is wrong with the line. */
export function parseLine(text: string): StoreLine {
  return read(line, text);
}

/** @throws {Error} if it is no export of a store, or one of a newer version. */
export function expectFirstLine(text: string): void {
  let version: number;
  try {
    ({ version } = read(firstLine, text));
  } catch {
    throw new Error('it does not begin as an export of a store does');
  }
  if (version >= 1 && version <= EXPORT_VERSION) return;
  throw new Error(`it has version ${version}, and this version of Magpie reads ${EXPORT_VERSION}`);
}

function read<T>(schema: z.ZodType<T>, text: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`it is no JSON: ${error instanceof Error ? error.message : ''}`, {
      cause: error,
    });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.path.join('.') ?? '';
  throw new Error(`${path === '' ? '' : `${path}: `}${issue?.message ?? 'it is wrong'}`);
}

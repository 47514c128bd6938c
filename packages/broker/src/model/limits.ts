/**
 * Every bound on what a peer can make grow, by name.
 *
 * This table is the single source: the type {@link Limits}, the `limits:` section of magpie.yaml,
 * the flag `--limit NAME=VALUE`, the checks and docs/limits.md all come from it. A limit has a
 * unit, a range, a default that a small machine can carry, and a policy: what happens at the moment
 * it is full.
 */
export const LIMITS = {
  connectionsMax: {
    doc: 'Most connections at one time, all listeners together.',
    policy: 'The new connection is closed before it is read.',
    unit: 'connections',
    default: 100_000,
    min: 1,
    max: 10_000_000,
  },
  connectionsPerAddressMax: {
    doc: 'Most connections at one time from one address; 0 means no limit of its own.',
    policy: 'The new connection is closed before it is read.',
    unit: 'connections',
    default: 0,
    min: 0,
    max: 10_000_000,
  },
  connectsPerAddressMax: {
    doc: 'Most new connections from one address in a minute; 0 means no limit.',
    policy: 'The new connection is closed before it is read.',
    unit: 'connections',
    default: 0,
    min: 0,
    max: 10_000_000,
  },
  connectsPerClientMax: {
    doc: 'Most CONNECTs of one client identifier in a minute; 0 means no limit.',
    policy: 'The CONNECT is refused, before its password is checked.',
    unit: 'connects',
    default: 0,
    min: 0,
    max: 10_000_000,
  },
  flappingConnectsMax: {
    doc:
      'Most accepted CONNECTs of one client identifier within `flappingWindow`; 0: nobody is '
      + 'looked for.',
    policy: 'The client identifier is banned for `flappingBan`, and the client disconnected.',
    unit: 'connects',
    default: 0,
    min: 0,
    max: 10_000_000,
  },
  flappingWindow: {
    doc: 'How long connects are counted for `flappingConnectsMax`.',
    policy: 'See `flappingConnectsMax`.',
    unit: 's',
    default: 60,
    min: 1,
    max: 86_400,
  },
  flappingBan: {
    doc: 'How long a client that connects again and again is banned.',
    policy: 'See `flappingConnectsMax`.',
    unit: 's',
    default: 300,
    min: 1,
    max: 31_536_000,
  },
  bansMax: {
    doc: 'Most bans, those of the configuration included.',
    policy: 'A further one is refused to the program; a client that flaps is only disconnected.',
    unit: 'bans',
    default: 10_000,
    min: 0,
    max: 1_000_000,
  },
  eventLoopDelayMax: {
    doc: 'How late the event loop may be, on average of half a second; 0 means that nobody looks.',
    policy: 'After two looks above, new connections are refused until it is half as late.',
    unit: 'ms',
    default: 1000,
    min: 0,
    max: 60_000,
  },
  memoryPercentMax: {
    doc:
      'How much of the memory of the container or machine, or of the heap of Node.js, the process '
      + 'may take; 0 means that nobody looks. Pages of files do not count.',
    policy: 'After two looks above, new connections are refused until it is well below.',
    unit: '%',
    default: 85,
    min: 0,
    max: 100,
  },
  fileDescriptorsReserve: {
    doc: 'File descriptors that are kept free of connections, for the store and for files.',
    policy: 'Connections beyond are closed before they are read.',
    unit: 'descriptors',
    default: 64,
    min: 0,
    max: 1_000_000,
  },
  connectTimeout: {
    doc: 'Longest time from accepting a connection to its complete CONNECT.',
    policy: 'The connection is closed.',
    unit: 's',
    default: 10,
    min: 1,
    max: 3600,
  },
  tlsHandshakesMax: {
    doc: 'Most TLS handshakes under way, all listeners together.',
    policy: 'The new connection is closed before its handshake.',
    unit: 'handshakes',
    default: 1000,
    min: 1,
    max: 1_000_000,
  },
  tlsHandshakeTimeout: {
    doc: 'Longest time from accepting a connection to the end of its TLS handshake.',
    policy: 'The connection is closed.',
    unit: 's',
    default: 10,
    min: 1,
    max: 3600,
  },
  loginFailuresPerAddressMax: {
    doc: 'Most wrong passwords from one address in a minute.',
    policy:
      'Until the minute is over, logins from there are refused unchecked, but for users who have '
      + 'logged in from there before.',
    unit: 'logins',
    default: 100,
    min: 1,
    max: 1_000_000,
  },
  loginFailuresPerUserMax: {
    doc: 'Most wrong passwords for one user name in a minute, from all addresses together.',
    policy:
      'Until the minute is over, logins of the user are refused unchecked, but from addresses he '
      + 'has logged in from before.',
    unit: 'logins',
    default: 20,
    min: 1,
    max: 1_000_000,
  },
  packetBytesMax: {
    doc: 'Largest packet taken from a client, fixed header included.',
    policy: 'The connection is closed as soon as the header declares more; nothing is buffered.',
    unit: 'bytes',
    default: 4 * 1024 * 1024,
    min: 64,
    max: 268_435_460,
  },
  clientPacketBytesMax: {
    doc:
      'Largest packet sent to a client, fixed header included. Less can be set for some clients: '
      + 'by a rule, by their listener, by an authenticator.',
    policy: 'A message that is larger is dropped for this client, and counted.',
    unit: 'bytes',
    default: 268_435_460,
    min: 64,
    max: 268_435_460,
  },
  publishRateMax: {
    doc: 'Most PUBLISH packets of one client in a second; 0 means no limit.',
    policy: 'publishRatePolicy',
    unit: 'messages/s',
    default: 0,
    min: 0,
    max: 1_000_000_000,
  },
  publishBytesRateMax: {
    doc: 'Most bytes of PUBLISH packets of one client in a second; 0 means no limit.',
    policy: 'publishRatePolicy',
    unit: 'bytes/s',
    default: 0,
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
  },
  publishRatePerAddressMax: {
    doc: 'Most PUBLISH packets in a second, all clients of an address together; 0 means no limit.',
    policy: 'publishRatePolicy',
    unit: 'messages/s',
    default: 0,
    min: 0,
    max: 1_000_000_000,
  },
  publishBytesRatePerAddressMax: {
    doc:
      'Most bytes of PUBLISH packets in a second, all clients of an address together; 0 means no '
      + 'limit.',
    policy: 'publishRatePolicy',
    unit: 'bytes/s',
    default: 0,
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
  },
  publishRatePolicy: {
    doc: 'What happens to a client that publishes too fast.',
    policy:
      'slow-down: it is not read until it is slow enough; drop-qos0: what is too fast at QoS 0 is '
      + 'dropped, at QoS 1 and 2 it is slowed down; disconnect: its connection is closed.',
    unit: 'policy',
    default: 'slow-down',
    values: ['slow-down', 'drop-qos0', 'disconnect'],
  },
  topicLevelsMax: {
    doc: 'Most levels of a topic name or topic filter.',
    policy: 'A publish closes its connection; a subscription is refused with 0x80.',
    unit: 'levels',
    default: 128,
    min: 1,
    max: 1024,
  },
  subscriptionsPerClientMax: {
    doc: 'Most subscriptions of one session.',
    policy: 'A further one is refused with 0x80.',
    unit: 'subscriptions',
    default: 10_000,
    min: 1,
    max: 10_000_000,
  },
  inflightMax: {
    doc: 'Most unacknowledged QoS 1 and 2 messages on their way to one client.',
    policy: 'Further messages are queued.',
    unit: 'messages',
    default: 1024,
    min: 1,
    max: 32_767,
  },
  unreleasedMax: {
    doc: 'Most QoS 2 messages of one client that wait for its PUBREL.',
    policy: 'The connection is closed.',
    unit: 'messages',
    default: 65_535,
    min: 1,
    max: 65_535,
  },
  queuedMessagesMax: {
    doc: 'Most messages queued for one session.',
    policy: 'queueFullPolicy',
    unit: 'messages',
    default: 10_000,
    min: 0,
    max: 1_000_000_000,
  },
  queuedBytesMax: {
    doc: 'Most bytes (topics and payloads) queued for one session.',
    policy: 'queueFullPolicy',
    unit: 'bytes',
    default: 64 * 1024 * 1024,
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
  },
  queuedMessagesTotalMax: {
    doc: 'Most messages queued for all sessions together.',
    policy: 'queueFullPolicy',
    unit: 'messages',
    default: 10_000_000,
    min: 0,
    max: 1_000_000_000,
  },
  queuedBytesTotalMax: {
    doc: 'Most bytes queued for all sessions together; a shared message counts for each.',
    policy: 'queueFullPolicy',
    unit: 'bytes',
    default: 1024 * 1024 * 1024,
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
  },
  queueFullPolicy: {
    doc: 'What happens to a message for a session whose queue is full.',
    policy:
      'drop-newest, drop-oldest, or disconnect: the message is dropped and the client '
      + 'disconnected if it is connected.',
    unit: 'policy',
    default: 'drop-newest',
    values: ['drop-newest', 'drop-oldest', 'disconnect'],
  },
  outputBytesMax: {
    doc: 'Most bytes waiting for one client to read them.',
    policy: 'QoS 0 messages to it are dropped, QoS 1 and 2 messages are queued.',
    unit: 'bytes',
    default: 16 * 1024 * 1024,
    min: 1024,
    max: Number.MAX_SAFE_INTEGER,
  },
  storeBacklogBytesMax: {
    doc: 'Most bytes that wait for the store, all clients together: it is slow, or it has failed.',
    policy:
      'Who sends what has to be stored is not read until there is room; a program that publishes '
      + 'such a message is refused. Who needs no store goes on.',
    unit: 'bytes',
    default: 64 * 1024 * 1024,
    min: 65_536,
    max: Number.MAX_SAFE_INTEGER,
  },
  sessionExpiry: {
    doc: 'A persistent session ends this long after its client left; 0 means never.',
    policy: 'The session, its subscriptions and its queue are discarded.',
    unit: 's',
    default: 7 * 24 * 3600,
    min: 0,
    max: 4_294_967_295,
  },
  retainedMessagesMax: {
    doc: 'Most retained messages.',
    policy:
      'A message on a new topic is delivered but not retained; known topics are still replaced.',
    unit: 'messages',
    default: 1_000_000,
    min: 0,
    max: 1_000_000_000,
  },
  retainedBytesMax: {
    doc: 'Most bytes (topics and payloads) of retained messages.',
    policy: 'A message that does not fit is delivered but not retained.',
    unit: 'bytes',
    default: 512 * 1024 * 1024,
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
  },
  willBytesMax: {
    doc: 'Largest will payload.',
    policy: 'The CONNECT is refused and the connection closed.',
    unit: 'bytes',
    default: 65_535,
    min: 0,
    max: 65_535,
  },
  journalSizeMax: {
    doc: 'Memory for the journal, which `magpie explain` reads; 0 means that there is none.',
    policy: 'The oldest entries are overwritten.',
    unit: 'MiB',
    default: 32,
    min: 0,
    max: 16_384,
  },
  tracesMax: {
    doc: 'Most traces at one time; 0 means that nobody can start one.',
    policy: 'A new trace is refused; the oldest that is over is forgotten for it.',
    unit: 'traces',
    default: 8,
    min: 0,
    max: 100,
  },
  traceSizeMax: {
    doc: 'Memory for what one trace has seen.',
    policy: 'The oldest stations are overwritten; who reads is told how many.',
    unit: 'KiB',
    default: 1024,
    min: 16,
    max: 1_048_576,
  },
} as const satisfies Record<string, NumberLimit | ChoiceLimit>;

interface NumberLimit {
  readonly doc: string;
  readonly policy: string;
  readonly unit: string;
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

interface ChoiceLimit {
  readonly doc: string;
  readonly policy: string;
  readonly unit: string;
  readonly default: string;
  readonly values: readonly string[];
}

export type LimitName = keyof typeof LIMITS;
export type QueueFullPolicy = (typeof LIMITS.queueFullPolicy.values)[number];
export type PublishRatePolicy = (typeof LIMITS.publishRatePolicy.values)[number];
export type Limits = {
  readonly [Name in LimitName]: (typeof LIMITS)[Name] extends { values: readonly (infer Value)[] }
    ? Value
    : number;
};

/**
 * Fills what `given` leaves out with the defaults.
 *
 * @throws {RangeError} naming every unknown limit and every value out of its range, all at once.
 */
export function limitsFrom(given: Readonly<Record<string, unknown>> = {}): Limits {
  const problems: string[] = [];
  const result: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(LIMITS)) result[name] = spec.default;
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const problem = limitProblem(name, value);
    if (problem === undefined) result[name] = value;
    else problems.push(problem);
  }
  if (problems.length > 0) throw new RangeError(problems.join('; '));
  // A copy: V8 keeps an object that grew name by name as a hash table, and its copy as fields. Some
  // limits are read for each message.
  return { ...result } as Limits;
}

/**
 * What is wrong with this value of this limit, in words for the operator; `undefined` if nothing
 * is.
 */
export function limitProblem(name: string, value: unknown): string | undefined {
  const spec: NumberLimit | ChoiceLimit | undefined = Object.hasOwn(LIMITS, name)
    ? LIMITS[name as LimitName]
    : undefined;
  if (spec === undefined) return `There is no limit ${name}`;
  if ('values' in spec) {
    if (spec.values.includes(value as string)) return undefined;
    return `${name} must be one of ${spec.values.join(', ')}: current value is ${String(value)}`;
  }
  const fits =
    Number.isSafeInteger(value) && Number(value) >= spec.min && Number(value) <= spec.max;
  if (fits) return undefined;
  return (
    `${name} must be an integer from ${spec.min} to ${spec.max} (${spec.unit}): `
    + `current value is ${String(value)}`
  );
}

/**
 * Every way in which the network, the server or a full outbox can fail a client, with what to try.
 *
 * This table is the single source: the type {@link ClientErrorCode} and docs/client-errors.md come
 * from it. What the caller got wrong is a `TypeError` or `RangeError` instead.
 */
export const CLIENT_ERRORS = {
  unreachable: 'check host, port and network, and that the server runs',
  'certificate-refused': "give the server's CA as `ca`, or use the name in its certificate",
  'connect-timeout': 'check that it is an MQTT server and that the port is the right one',
  'connect-refused': 'see the return code',
  'connection-lost': 'nothing: the client connects again',
  'protocol-error': 'check that the server speaks MQTT 3.1.1 on this port',
  'keep-alive-timeout': 'nothing: the client connects again',
  'no-answer': 'nothing: the client connects again',
  'subscribe-refused': 'check the filter and the rights of this user',
  'outbox-full': 'publish more slowly, or raise outbox limits',
  'outbox-failed': 'make room on the disk, or check its rights',
  'packet-too-large': 'send less, or raise `maximumPacketSize`',
  'handler-failed': 'mend the handler: the message counts as handled',
  unclaimed: 'subscribe before `start()`, unsubscribe from it, or see `unclaimed`',
  'pool-full': 'end clients that are not used, or raise `maxConnections`',
  ended: 'make a new client',
} as const satisfies Record<string, string>;

export type ClientErrorCode = keyof typeof CLIENT_ERRORS;

/**
 * What failed a client. The message says what happened and what to try; `cause` is what the system
 * or the protocol said.
 */
export class ClientError extends Error {
  override readonly name: string = 'ClientError';
  readonly code: ClientErrorCode;
  /** What to try. */
  readonly advice: string;

  constructor(code: ClientErrorCode, what: string, cause?: unknown, advice?: string) {
    const hint = advice ?? CLIENT_ERRORS[code];
    super(`${what}: ${hint}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.advice = hint;
  }
}

/** The server said no to CONNECT (MQTT 3.1.1, 3.2.2.3). */
export class ConnectRefusedError extends ClientError {
  override readonly name = 'ConnectRefusedError';
  /** 1 to 5. */
  readonly returnCode: number;
  /** Whether the same CONNECT will be refused again. */
  readonly permanent: boolean;

  constructor(server: string, returnCode: number) {
    const [meaning, advice] = REFUSALS[returnCode] ?? ['it gives no reason', 'see its log'];
    super('connect-refused', `${server} refused: ${meaning} (${returnCode})`, undefined, advice);
    this.returnCode = returnCode;
    this.permanent = returnCode !== 3;
  }
}

/** The server does not grant a subscription (MQTT 3.1.1, 3.9.3). */
export class SubscribeRefusedError extends ClientError {
  override readonly name = 'SubscribeRefusedError';
  readonly filter: string;

  constructor(filter: string) {
    super('subscribe-refused', `The server refused the subscription to ${filter}`);
    this.filter = filter;
  }
}

/** By return code: what it means, and what to try. */
const REFUSALS: Readonly<Record<number, readonly [string, string]>> = {
  1: ['it does not speak MQTT 3.1.1', 'use a server that does'],
  2: ['it does not allow the client identifier', 'use another one, or a shorter one'],
  3: ['it is not available now', 'try again later'],
  4: ['user name or password is wrong', 'check `username` and `password`'],
  5: ['this client may not connect', 'check its rights on the server'],
};

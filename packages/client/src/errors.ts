/**
 * Every way in which the network, the server or a full outbox can fail a client, with what to try.
 *
 * What the caller got wrong is a `TypeError` or `RangeError` instead. Pages load each letter of it:
 * the texts are short, and say the same by the same words.
 */
export const CLIENT_ERRORS = {
  unreachable: 'check host, port and network',
  'certificate-refused': 'set `ca`, or connect by the name in its certificate',
  'connect-timeout': 'check that it speaks MQTT 3.1.1 on this port',
  'connect-refused': 'see the return code',
  'connection-lost': 'it connects again unless `reconnect` is false; use a `clientId` once',
  'protocol-error': 'check that it speaks MQTT 3.1.1 on this port',
  'keep-alive-timeout': 'it connects again unless `reconnect` is false',
  'no-answer': 'it connects again unless `reconnect` is false',
  'subscribe-refused': 'check the filter, and the rights of this user',
  'outbox-full': 'publish more slowly, or raise its limits',
  'outbox-failed': 'check room and rights on the disk',
  'packet-too-large': 'send less, or raise `maximumPacketSize`',
  'handler-failed': 'mend it: the message counts as handled',
  unclaimed: 'subscribe before `start()`, unsubscribe, or set `unclaimed`',
  'pool-full': 'end unused clients, or raise `maxConnections`',
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

/** Of whatever is asked of a client that is no more. @param who That is. */
export function endedError(who = 'The client'): ClientError {
  return new ClientError('ended', `${who} has ended`);
}

/** By return code: what it means, and what to try. */
const REFUSALS: Readonly<Record<number, readonly [string, string]>> = {
  1: ['it does not speak MQTT 3.1.1', 'use another server'],
  2: ['it does not allow the `clientId`', 'use another, or a shorter one'],
  3: ['it is not available now', 'try again later'],
  4: ['user name or password is wrong', 'check `username` and `password`'],
  5: ['this client may not connect', 'check its rights'],
};

import type { ClientErrorCode } from '@magpie/client';

/** What stands behind a code. Pages of a browser load the advice alone, so the rest is here. */
export interface ClientErrorMeaning {
  readonly meaning: string;
  /** Where an application gets it. */
  readonly told: string;
  /** What the client does by itself. */
  readonly reaction: string;
}

const EVENT = '`error` event';
const ATTEMPT = `${EVENT}; \`connect\`, \`connected()\` if the client ends`;
const RETRIES = 'waits, and tries again; ends if it was never connected, unless `retryInitial`';
const RECONNECTS = 'connects again; ends if `reconnect` is false';

/** Each code of CLIENT_ERRORS: one that is missing here does not compile. */
export const CLIENT_ERROR_MEANINGS: Readonly<Record<ClientErrorCode, ClientErrorMeaning>> = {
  unreachable: {
    meaning:
      'No connection came about: no such host, refused, no network, or the server closed it '
      + 'before CONNACK; or `credentials` threw. `cause` is what the system said. A browser does '
      + 'not say why',
    told: ATTEMPT,
    reaction: RETRIES,
  },
  'certificate-refused': {
    meaning:
      "The server's certificate is not trusted, out of date, or of another name; or the server "
      + 'takes no connection without a certificate of the client. In Node.js',
    told: ATTEMPT,
    reaction: 'as `unreachable`; after `refusalsMax` of them it ends for good',
  },
  'connect-timeout': {
    meaning: 'CONNACK did not come within `connectTimeoutMs`',
    told: ATTEMPT,
    reaction: RETRIES,
  },
  'connect-refused': {
    meaning:
      'The server said no to CONNECT: a `ConnectRefusedError` with `returnCode`, see below. Or a '
      + 'user name, password or client identifier is no text, or longer than MQTT can say',
    told: ATTEMPT,
    reaction: 'as `unreachable`; after `refusalsMax` that are permanent it ends for good',
  },
  'connection-lost': {
    meaning: 'A connection that stood has broken, or the server closed it',
    told: EVENT,
    reaction: RECONNECTS,
  },
  'protocol-error': {
    meaning:
      'The server sent what is no MQTT 3.1.1, or what it may not send now. The message shows the '
      + 'first bytes',
    told: ATTEMPT,
    reaction: 'closes the connection; then as `unreachable`, or as `connection-lost`',
  },
  'keep-alive-timeout': {
    meaning: 'PINGRESP did not come within `pingTimeoutMs`: the connection leads nowhere',
    told: EVENT,
    reaction: RECONNECTS,
  },
  'no-answer': {
    meaning: 'SUBACK or UNSUBACK did not come within `answerTimeoutMs`',
    told: EVENT,
    reaction: 'connects again, and asks again',
  },
  'subscribe-refused': {
    meaning: 'The server does not grant a filter: a `SubscribeRefusedError` with `filter`',
    told: '`ready` and the loop of the subscription',
    reaction: 'ends the subscriptions to this filter',
  },
  'outbox-full': {
    meaning:
      'A publish had to wait where `outboxMessagesMax` or `outboxBytesMax` was reached; or it '
      + 'waited, and gave way (`outboxPolicy`)',
    told: '`publish`',
    reaction: 'counts it in `outboxDropped`',
  },
  'outbox-failed': {
    meaning: 'An outbox cannot be opened, or cannot write',
    told: `${EVENT}; \`open\` of the outbox`,
    reaction: 'sends nothing that is not written, and tries again every second',
  },
  'packet-too-large': {
    meaning:
      'A publish is larger than `maximumPacketSize`; or the server sent such a packet, which is '
      + 'counted in `packetsTooLarge`',
    told: `\`publish\`; of the server: ${EVENT}`,
    reaction: 'sends nothing of it; of the server: closes the connection, and connects again',
  },
  'handler-failed': {
    meaning: 'A handler or codec threw, or rejected; that is `cause`',
    told: EVENT,
    reaction: 'acknowledges the message, and goes on',
  },
  unclaimed: {
    meaning: 'Messages of a kept session came that no subscription takes, and were dropped',
    told: `${EVENT}, once a second at most`,
    reaction: 'acknowledges them; with the policy `end` it ends instead',
  },
  'pool-full': {
    meaning: 'All connections of a pool have all clients that they may have',
    told: '`pool.client()`',
    reaction: 'nothing',
  },
  ended: {
    meaning: 'The client, its pool or its connection of a tab has ended',
    told: '`publish`, `subscribe`, `connected()`',
    reaction: 'nothing: what has ended stays so',
  },
};

/**
 * The door `@magpie/client/small`: connect, publish and subscribe with reconnect over WebSocket,
 * for pages that count bytes. `@magpie/client` has the rest: QoS 2, sessions that are kept, an
 * outbox, loops, statistics, several servers.
 */

export { ClientError, ConnectRefusedError, SubscribeRefusedError } from './errors.js';
export { connect } from './small/connect-small.js';
export type { SmallClient } from './small/small-client.js';
export type {
  SmallHandler,
  SmallOptions,
  SmallPublishOptions,
  SmallQoS,
  SmallSubscribeOptions,
  SmallSubscription,
} from './small/small-options.js';

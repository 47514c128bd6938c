/**
 * The door of @magpie/client for authors of outboxes: the contract that theirs has to keep; and for
 * those who run a client on a clock and a network of their own.
 */

export { resolveOptions } from './client-options.js';
export type { ClientParts } from './client.js';
export type { Clock } from './model/clock.js';
export type { Transport, TransportHandler } from './transports/transport.js';
export { type OutboxCase, testOutbox } from './outbox/outbox.testing.js';

/** The door of @magpie/client for authors of outboxes: the contract that theirs has to keep. */

export { type OutboxCase, testOutbox } from './outbox/outbox.testing.js';

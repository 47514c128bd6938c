import type { Authorizer } from '../auth/authorizer.js';
import type { Clock } from '../model/clock.js';
import type { Limits } from '../model/limits.js';
import type { BrokerEvents } from '../observe/broker-events.js';
import type { Counters } from '../observe/counters.js';
import type { Journal } from '../observe/journal/journal.js';
import type { Logger } from '../observe/logger.js';
import type { RetainedTree } from '../routing/retained-tree.js';
import type { CommitGate } from '../stores/commit-gate.js';
import type { QueueTotals } from './delivery-queue.js';

/** What all sessions of a broker share. */
export interface SessionSurroundings {
  readonly log: Logger;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly authorizer: Authorizer;
  readonly gate: CommitGate;
  readonly retained: RetainedTree;
  readonly counters: Counters;
  readonly events: BrokerEvents;
  readonly journal: Journal;
  readonly totals: QueueTotals;
}

import type { QoS } from '@magpie/protocol';
import { AllowAll, type Authorizer } from '../auth/authorizer.js';
import { brokerTopicDenial } from '../auth/broker-topic-denial.js';
import { explainMessage } from '../auth/rules/explain.js';
import { RuleAuthorizer } from '../auth/rules/rule-authorizer.js';
import type { Clock } from '../model/clock.js';
import type { Limits } from '../model/limits.js';
import type { Principal } from '../model/principal.js';
import type { JournalEntry } from '../observe/journal/journal-entry.js';
import type { JournalQuestion } from '../observe/journal/journal-page.js';
import type { Journal } from '../observe/journal/journal.js';
import type { RetainedTree } from '../routing/retained-tree.js';
import type { Route, Router } from '../routing/router.js';
import type { SessionRegistry } from '../sessions/session-registry.js';
import type { Session } from '../sessions/session.js';

/** What explanations are made from: the journal, and what is there now. They change nothing. */
export interface LiveView {
  readonly nowMs: number;
  readonly limits: Limits;
  /** What the journal has about these, the oldest first; the newest of very many. */
  read(question: JournalQuestion): JournalEntry[];
  /** Topics that were published on, the last first; the newest of very many. */
  topics(sinceMs: number, clientId: string | undefined): Iterable<string>;
  session(clientId: string): Session | undefined;
  sessions(): Iterable<Session>;
  route(topic: string): Route;
  /** Whether a message of this topic is retained. */
  isRetained(topic: string): boolean;
  /** Where the rule stands that denies it; `true`: allowed; `unknown`: a program decides. */
  mayPublish(client: Principal, topic: string, qos: QoS, retain: boolean): Permission;
}

export type Permission = true | 'unknown' | { readonly rule: string };

/** The view of a broker's parts. */
export function liveView(parts: {
  clock: Clock;
  limits: Limits;
  journal: Journal;
  registry: SessionRegistry;
  router: Router;
  retained: RetainedTree;
  authorizer: Authorizer;
}): LiveView {
  const { clock, limits, journal, registry, router, retained, authorizer } = parts;
  return {
    nowMs: clock.wallMs(),
    limits,
    read: (question) => journal.read(question, ENTRIES_MAX),
    topics: (sinceMs, clientId) => journal.topics({ sinceMs, clientId, max: TOPICS_MAX }),
    session: (clientId) => registry.get(clientId),
    sessions: () => registry.all(),
    route: (topic) => router.route(topic),
    isRetained: (topic) => retained.get(topic) !== undefined,
    mayPublish(client, topic, qos, retain) {
      const denial = brokerTopicDenial(topic);
      if (denial !== undefined) return { rule: denial.rule };
      if (authorizer instanceof AllowAll) return true;
      if (!(authorizer instanceof RuleAuthorizer)) return 'unknown';
      const { rules } = authorizer;
      const { allowed, rule } = explainMessage(rules, client, topic, qos, retain);
      return allowed === true || { rule: (rule?.denial ?? rules.defaultDenial).rule };
    },
  };
}

/** An answer keeps messages waiting while it is made: it is to take some milliseconds at most. */
const ENTRIES_MAX = 10_000;
const TOPICS_MAX = 5000;

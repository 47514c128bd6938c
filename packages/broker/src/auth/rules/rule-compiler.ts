import type { QoS } from '@magpie/protocol';
import type { AccessRule } from './access-rule.js';
import { AccessRules } from './access-rules.js';
import { OWN_DENIED_TOPIC } from './denied-topic.js';
import { RuleIndex } from './rule-index.js';
import type { RulePiece } from './rule-pieces.js';
import type { RuleValues } from './rule-schema.js';
import { TopicPattern } from './topic-pattern.js';
import { Who } from './who.js';

/** Rules that can be used, or everything that is wrong with their file, one line each. */
export type ParsedRules =
  | { readonly rules: AccessRules }
  | { readonly problems: readonly string[] };

/**
 * Makes rules of a file that can be asked, piece by piece.
 *
 * Behind the rules of the file stands one of our own: a client may subscribe to
 * `$SYS/clients/<its identifier>/denied`, where it is told what it may not publish.
 */
export class RuleCompiler {
  readonly #file: string;
  readonly #groups = new Map<string, ReadonlySet<string>>();
  readonly #list: AccessRule[] = [];
  readonly #index = new RuleIndex();
  #problems: readonly string[] | undefined;

  /** @param file Its name: each rule tells where it stands. */
  constructor(file: string) {
    this.#file = file;
  }

  add(piece: RulePiece): void {
    if ('problems' in piece) this.#problems = piece.problems;
    else if ('group' in piece) this.#groups.set(piece.group, new Set(piece.users));
    else {
      for (const { rule, line } of piece.rules) {
        this.#compile(rule, { rule: `${this.#file}:${line}`, line });
      }
    }
  }

  /** All pieces are there. */
  finish(): ParsedRules {
    if (this.#problems !== undefined) return { problems: this.#problems };
    this.#compile(OWN_RULE, { rule: 'built in' });
    const rule = `no rule of ${this.#file}`;
    return { rules: new AccessRules(this.#list, this.#index, { rule }) };
  }

  #compile(values: RuleValues, where: { readonly rule: string; readonly line?: number }): void {
    const { allow, deny, qos, who = ['anyone'], topics, retain, delivery, disconnect } = values;
    const action = allow ?? deny;
    const rule: AccessRule = {
      order: this.#list.length,
      place: where.rule,
      allows: allow !== undefined,
      publish: action !== 'subscribe',
      subscribe: action !== 'publish',
      who: new Who(who.includes('anyone') ? [] : who, this.#groups),
      patterns: topics.map((text) => new TopicPattern(text)),
      qos: qos && new Set<QoS>(qos),
      retain,
      checksDelivery: delivery === 'checked',
      denial: { ...where, disconnect: disconnect === true },
    };
    this.#list.push(rule);
    for (const pattern of rule.patterns) this.#index.add({ rule, pattern });
  }
}

const OWN_RULE: RuleValues = { allow: 'subscribe', topics: [OWN_DENIED_TOPIC] };

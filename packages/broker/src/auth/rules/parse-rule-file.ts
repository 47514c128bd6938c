import type { QoS } from '@magpie/protocol';
import { parseYamlFile, type YamlShape } from '../../config/yaml-file.js';
import { didYouMean } from '../../config/nearest.js';
import { shownText } from '../../config/shown-value.js';
import type { AccessRule } from './access-rule.js';
import { AccessRules } from './access-rules.js';
import { OWN_DENIED_TOPIC } from './denied-topic.js';
import {
  knownRuleKeys,
  type RuleFileValues,
  ruleFileSchema,
  type RuleValues,
} from './rule-schema.js';
import { TopicPattern } from './topic-pattern.js';
import { type Groups, Who } from './who.js';

/** Rules that can be used, or everything that is wrong with their file, one line each. */
export type ParsedRules =
  | { readonly rules: AccessRules }
  | { readonly problems: readonly string[] };

/**
 * Reads the text of a file of access rules (`authorization` of magpie.yaml). A file without rules
 * is wrong too: with it, nobody could do anything.
 *
 * Behind the rules of the file stands one of our own: a client may subscribe to
 * `$SYS/clients/<its identifier>/denied`, where it is told what it may not publish.
 *
 * @param file Its name, for messages.
 */
export function parseRuleFile(text: string, file: string): ParsedRules {
  const { values, problems, line, locate } = parseYamlFile(text, file, SHAPE);
  if (values === undefined) return { problems };
  const missing = unknownGroups(values).map(([path, name]) => {
    const hint = didYouMean(name, Object.keys(values.groups ?? {}));
    return `${locate(path)} is the group ${shownText(name)}, which is not in groups${hint}`;
  });
  if (missing.length > 0) return { problems: missing };
  const groups: Groups = new Map(
    Object.entries(values.groups ?? {}).map(([name, users]) => [name, new Set(users)]),
  );
  const list = values.rules.map((rule, order) => {
    const at = line(['rules', order]);
    return compiled(rule, order, { place: `${file}:${at}`, line: at }, groups);
  });
  list.push(compiled(OWN_RULE, list.length, { place: 'built in' }, groups));
  return { rules: new AccessRules(list, { rule: `no rule of ${file}` }) };
}

const OWN_RULE: RuleValues = { allow: 'subscribe', topics: [OWN_DENIED_TOPIC] };

const SHAPE: YamlShape<RuleFileValues> = { schema: ruleFileSchema, knownKeys: knownRuleKeys };

/** Groups that rules name and that are not there, each with its place. */
function unknownGroups({ groups = {}, rules }: RuleFileValues): [PropertyKey[], string][] {
  const unknown: [PropertyKey[], string][] = [];
  for (const [at, { who = [] }] of rules.entries()) {
    for (const one of who) {
      for (const name of typeof one === 'string' ? [] : (one.group ?? [])) {
        if (!Object.hasOwn(groups, name)) unknown.push([['rules', at, 'who', 'group'], name]);
      }
    }
  }
  return unknown;
}

function compiled(
  rule: RuleValues,
  order: number,
  where: { readonly place: string; readonly line?: number },
  groups: Groups,
): AccessRule {
  const { allow, deny, qos } = rule;
  const action = allow ?? deny;
  const everybody = rule.who?.includes('anyone') !== false;
  return {
    order,
    place: where.place,
    allows: allow !== undefined,
    publish: action !== 'subscribe',
    subscribe: action !== 'publish',
    who: new Who(everybody ? [] : (rule.who ?? []), groups),
    patterns: rule.topics.map((text) => new TopicPattern(text)),
    qos: qos && new Set<QoS>(qos),
    retain: rule.retain,
    checksDelivery: rule.delivery === 'checked',
    denial: {
      rule: where.place,
      ...(where.line !== undefined && { line: where.line }),
      disconnect: rule.disconnect === true,
    },
  };
}

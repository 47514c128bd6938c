import { matches, validateTopicFilter, validateTopicName } from '@magpie/protocol';
import { UsageError } from '../mqtt/usage-error.js';

/** What becomes of a topic: see {@link topicRule}. */
export interface TopicRule {
  readonly filter: string;
  /** The new topic, with its references. */
  readonly target: string;
  /** The new topic; `undefined` if the rule is not for this one. */
  readonly apply: (topic: string) => string | undefined;
}

/**
 * A rule such as `plant/+/temp=test/$1/t`: topics of the filter get a new name, in which `$1`
 * stands for what the first wildcard matched, `$2` for the second, and `$0` for the whole topic.
 * `#` may match several levels, or none: then a level that is nothing but its `$` goes, too.
 *
 * @throws {UsageError} if it is no such rule.
 */
export function topicRule(text: string): TopicRule {
  const at = text.indexOf('=');
  if (at < 0) throw wrong(text, 'there is no =');
  const filter = text.slice(0, at);
  const target = text.slice(at + 1);
  const problem = validateTopicFilter(filter);
  if (problem !== undefined) throw wrong(text, `'${filter}' is no topic filter: ${problem}`);
  const wildcards = filter.split('/').filter((level) => level === '+' || level === '#').length;
  for (const [reference, digits] of target.matchAll(REFERENCE)) {
    if (Number(digits) <= wildcards) continue;
    throw wrong(text, `${reference} stands for nothing: the filter has ${wildcards} wildcards`);
  }
  const example = validateTopicName(target.replaceAll(REFERENCE, 'x'));
  if (example !== undefined) throw wrong(text, `'${target}' makes no topic: ${example}`);
  return {
    filter,
    target,
    apply: (topic) =>
      matches(filter, topic) ? filledIn(target, matchedBy(filter, topic)) : undefined,
  };
}

/** The topic by the first rule that is for it; without one, as it is. */
export function mapTopic(rules: readonly TopicRule[], topic: string): string {
  for (const { apply } of rules) {
    const mapped = apply(topic);
    if (mapped !== undefined) return mapped;
  }
  return topic;
}

/** The whole topic, and what each wildcard matched; `undefined`: a `#` that matched no level. */
function matchedBy(filter: string, topic: string): (string | undefined)[] {
  const levels = topic.split('/');
  const matched: (string | undefined)[] = [topic];
  for (const [index, level] of filter.split('/').entries()) {
    if (level === '+') matched.push(levels[index] ?? '');
    if (level === '#') {
      matched.push(index < levels.length ? levels.slice(index).join('/') : undefined);
    }
  }
  return matched;
}

function filledIn(target: string, matched: readonly (string | undefined)[]): string {
  const levels = target.split('/').filter((level) => {
    const digits = /^\$(\d)$/.exec(level)?.[1];
    return digits === undefined || matched[Number(digits)] !== undefined;
  });
  return levels
    .join('/')
    .replaceAll(REFERENCE, (_, digits: string) => matched[Number(digits)] ?? '');
}

function wrong(text: string, why: string): UsageError {
  return new UsageError(`--map must be FILTER=TOPIC: '${text}': ${why}`);
}

/** One digit: a topic that goes on with one is `$1` and then that digit. */
const REFERENCE = /\$(\d)/g;

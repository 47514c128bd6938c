import { validateTopicFilter } from '@magpie/protocol';
import type { ConversionNote } from './conversion-note.js';
import { type Directive, parseMosquittoConf } from './parse-mosquitto-conf.js';

/** A rule of acl.yaml, as it is written there. */
export interface WrittenRule {
  readonly allow?: 'publish' | 'subscribe' | 'both';
  readonly deny?: 'both';
  readonly topics: readonly string[];
  readonly who?: 'anonymous' | { readonly user: string };
  readonly delivery?: 'checked';
}

export interface ConvertedAcl {
  readonly rules: readonly WrittenRule[];
  readonly notes: readonly ConversionNote[];
}

/**
 * Makes rules of a file of access rules of mosquitto.
 *
 * There, the lines of a user come before the patterns, which are about everybody, and in each of
 * the two what is denied comes first; otherwise their order means nothing, and what nothing allows
 * is denied. Lines before the first `user` are about clients without a name. A subscription is
 * granted whatever it is, and what it gets is checked message by message.
 */
export function convertMosquittoAcl(text: string, file: string): ConvertedAcl {
  const users = new Map<string | undefined, Topics>();
  const patterns = new Topics();
  const notes: ConversionNote[] = [];
  let user: string | undefined;
  for (const directive of parseMosquittoConf(text, file)) {
    const { name, value, place } = directive;
    if (name === 'user' && value !== '') user = value;
    else if (name === 'topic' || name === 'pattern') {
      const entry = entryOf(directive, notes);
      if (entry === undefined) continue;
      if (name === 'pattern') patterns.add(entry);
      else topicsOf(users, user).add(entry);
    } else notes.push({ place, text: `${name}: this is no line of a file of access rules` });
  }
  const rules = [...users].flatMap(([name, topics]) => {
    return topics.rules(name === undefined ? 'anonymous' : { user: name });
  });
  rules.push(...patterns.rules(undefined));
  if (rules.length === 0) rules.push({ deny: 'both', topics: ['#'] });
  return { rules, notes };
}

type Access = 'read' | 'write' | 'readwrite' | 'deny';

interface Entry {
  readonly access: Access;
  readonly topic: string;
}

function topicsOf(users: Map<string | undefined, Topics>, user: string | undefined): Topics {
  let topics = users.get(user);
  if (topics === undefined) users.set(user, (topics = new Topics()));
  return topics;
}

/** What is about the same clients, by what it allows. */
class Topics {
  readonly #byAccess = new Map<Access, string[]>();

  add({ access, topic }: Entry): void {
    const topics = this.#byAccess.get(access);
    if (topics === undefined) this.#byAccess.set(access, [topic]);
    else topics.push(topic);
  }

  rules(who: WrittenRule['who']): WrittenRule[] {
    const rules: WrittenRule[] = [];
    for (const [access, written] of ACCESSES) {
      const topics = this.#byAccess.get(access);
      if (topics !== undefined)
        rules.push({ ...written, topics, ...(who !== undefined && { who }) });
    }
    return rules;
  }
}

/** What is denied comes first. */
const ACCESSES: readonly (readonly [Access, Omit<WrittenRule, 'topics'>])[] = [
  ['deny', { deny: 'both' }],
  ['readwrite', { allow: 'both', delivery: 'checked' }],
  ['read', { allow: 'subscribe', delivery: 'checked' }],
  ['write', { allow: 'publish' }],
];

/** @returns `undefined` if there is no such rule: then a note says why. */
function entryOf({ name, value, place }: Directive, notes: ConversionNote[]): Entry | undefined {
  const [first = '', ...rest] = value.split(' ');
  const given = ACCESSES.map(([access]) => access).find((access) => access === first);
  const hasAccess = rest.length > 0;
  if (value === '' || (hasAccess && given === undefined)) {
    notes.push({ place, text: `${name}: it must be ${name} [read|write|readwrite|deny] TOPIC` });
    return undefined;
  }
  const access: Access = hasAccess && given !== undefined ? given : 'readwrite';
  const topic = hasAccess ? rest.join(' ').trim() : first;
  const problem = topicProblem(topic);
  if (problem !== undefined) {
    notes.push({ place, text: `${name} ${topic}: left out, ${problem}` });
    return undefined;
  }
  if (name === 'topic') return { access, topic: topic.replaceAll('%', '%%') };
  return patternEntry(access, topic, place, notes);
}

function topicProblem(topic: string): string | undefined {
  if (topic.split('/')[0] === '$share') return 'no message has this topic';
  const problem = validateTopicFilter(topic);
  return problem === undefined ? undefined : `the topic filter ${problem}`;
}

/**
 * A level with two names in it is no pattern of ours: the user `a-b` with the client `c` would be
 * the user `a` with the client `b-c`. What such a pattern denies is denied to more then, and what
 * it allows is not.
 */
function patternEntry(
  access: Access,
  topic: string,
  place: string,
  notes: ConversionNote[],
): Entry | undefined {
  const levels = topic.split('/');
  const isMixed = (level: string) => level.split(/%[uc]/).length > 2;
  if (!levels.some(isMixed)) return { access, topic: levels.map(escaped).join('/') };
  const why = 'a level cannot hold several of %u and %c';
  if (access !== 'deny') {
    notes.push({ place, text: `pattern ${topic}: left out, ${why}` });
    return undefined;
  }
  const wider = levels.map((level) => (isMixed(level) ? '+' : escaped(level))).join('/');
  notes.push({ place, text: `pattern ${topic}: ${wider} is denied instead, ${why}` });
  return { access, topic: wider };
}

/** `%` stands for itself but before `u` and `c`. */
function escaped(level: string): string {
  return level
    .split('%')
    .map((part, index) => (index === 0 || /^[uc]/.test(part) ? part : `%${part}`))
    .join('%');
}

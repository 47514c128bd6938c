import { validateTopicFilter, validateTopicName } from '@magpie/protocol';
import type { GroupValues, MessageValues, ScenarioValues } from './scenario-schema.js';

/** Something that does not fit together: where, and what is wrong with it. */
export interface ScenarioProblem {
  readonly path: readonly PropertyKey[];
  /** Goes on behind the path: `has …`. */
  readonly text: string;
}

/** What is wrong with a scenario whose values are all right, each for itself. */
export function scenarioProblems(scenario: ScenarioValues): ScenarioProblem[] {
  const { groups, duration } = scenario;
  const problems = groups.flatMap((group, at) =>
    groupProblems(group, duration).map(({ path, text }) => {
      return { path: ['groups', at, ...path], text };
    }),
  );
  const count = groups.reduce((sum, group) => sum + group.count, 0);
  if (count > DEVICES_MAX) {
    problems.push({ path: ['groups'], text: `has ${count} devices: at most ${DEVICES_MAX}` });
  }
  const names = new Map<string, number>();
  const ids = new Map<string, number>();
  for (const [at, { name, clientId = `/${name}` }] of groups.entries()) {
    const other = names.get(name);
    if (other !== undefined) {
      problems.push({
        path: ['groups', at, 'name'],
        text: `is '${name}', as that of groups[${other}]: give each group a name of its own`,
      });
    }
    names.set(name, at);
    const id = clientId.replaceAll('{group}', name);
    const same = ids.get(id);
    if (same !== undefined && same !== other) {
      problems.push({
        path: ['groups', at, 'clientId'],
        text: `is as that of groups[${same}]: two clients with one identifier end each other`,
      });
    }
    ids.set(id, at);
  }
  return problems;
}

function groupProblems(group: GroupValues, duration: number): ScenarioProblem[] {
  const { clientId, count, username, password, will, publish, subscribe, leave } = group;
  const problems: ScenarioProblem[] = [];
  const add = (path: readonly PropertyKey[], text: string | undefined) => {
    if (text !== undefined) problems.push({ path, text });
  };
  add(['clientId'], clientIdProblem(clientId, count));
  add(['username'], namesProblem(username, NAMES));
  add(['password'], namesProblem(password, NAMES));
  if (will !== undefined) problems.push(...messageProblems(will, ['will']));
  for (const [at, one] of (publish ?? []).entries()) {
    problems.push(...messageProblems(one, ['publish', at]));
  }
  for (const [at, { topic }] of (subscribe ?? []).entries()) {
    const path = ['subscribe', at, 'topic'];
    add(path, namesProblem(topic, NAMES) ?? topicProblem(topic, validateTopicFilter));
  }
  for (const [at, one] of (leave ?? []).entries()) {
    const late = one.at !== undefined && one.at >= duration;
    add(['leave', at, 'at'], late ? `is not before the end: duration is ${duration} s` : undefined);
    const idle = one.after !== undefined && one.after[1] === 0;
    add(
      ['leave', at, 'after'],
      idle ? 'is no time at all: the upper one must be above 0' : undefined,
    );
  }
  return problems;
}

function messageProblems(
  { topic, payload }: MessageValues,
  path: readonly PropertyKey[],
): ScenarioProblem[] {
  const problems: ScenarioProblem[] = [];
  const wrong = namesProblem(topic, NAMES) ?? topicProblem(topic, validateTopicName);
  if (wrong !== undefined) problems.push({ path: [...path, 'topic'], text: wrong });
  if (payload === undefined || payload.format === 'bytes') return problems;
  const fields = Object.entries(payload.fields ?? {});
  for (const [name, field] of fields) {
    const text = field.type === 'text' ? namesProblem(field.text, NAMES) : undefined;
    const place = [...path, 'payload', 'fields', name, 'text'];
    if (text !== undefined) problems.push({ path: place, text });
  }
  if (payload.format === 'text') {
    const known = [...NAMES, ...fields.map(([name]) => name)];
    const text = namesProblem(payload.text, known);
    if (text !== undefined) problems.push({ path: [...path, 'payload', 'text'], text });
  }
  return problems;
}

function clientIdProblem(clientId: string | undefined, count: number): string | undefined {
  if (clientId === undefined) return undefined;
  const names = namesProblem(clientId, ['n', 'group']);
  if (names !== undefined) return names;
  if (count === 1 || clientId.includes('{n}')) return undefined;
  return 'has no {n}: clients with one identifier end each other';
}

/** Names in braces that nothing stands for. */
function namesProblem(text: string | undefined, known: readonly string[]): string | undefined {
  for (const [all, name = ''] of text?.matchAll(/\{([^{}]*)\}/g) ?? []) {
    if (known.includes(name)) continue;
    return `has ${all} in it: known are ${known.map((one) => `{${one}}`).join(', ')}`;
  }
  return undefined;
}

function topicProblem(
  topic: string,
  validate: (topic: string) => string | undefined,
): string | undefined {
  const problem = validate(topic);
  return problem === undefined ? undefined : `is '${topic}', which cannot be used: it ${problem}`;
}

const NAMES = ['n', 'id', 'group'];
const DEVICES_MAX = 1_000_000;

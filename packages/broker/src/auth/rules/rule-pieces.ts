import { didYouMean } from '../../config/nearest.js';
import { shownText } from '../../config/shown-value.js';
import { parseYamlFile, type YamlShape } from '../../config/yaml-file.js';
import {
  knownRuleKeys,
  type RuleFileValues,
  ruleFileSchema,
  type RuleValues,
} from './rule-schema.js';

/** A file of access rules. */
export interface RuleText {
  readonly text: string;
  /** Its name, for messages. */
  readonly file: string;
}

/** A part of a file of rules, checked and not yet compiled; groups come before the rules. */
export type RulePiece =
  | { readonly problems: readonly string[] }
  | { readonly group: string; readonly users: readonly string[] }
  | { readonly rules: readonly RuleOnLine[] };

export interface RuleOnLine {
  readonly rule: RuleValues;
  /** On which it begins, from 1. */
  readonly line: number;
}

/**
 * What is in a file of access rules, or everything that is wrong with it. Plain values, since most
 * of the work is done here, in a thread if the file is read while clients are served: a
 * `ThreadModule` of load-thread.ts.
 */
export function* pieces({ text, file }: RuleText): Generator<RulePiece> {
  const { values, problems, line, locate } = parseYamlFile(text, file, SHAPE);
  if (values === undefined) {
    yield { problems: fewOf(problems, file) };
    return;
  }
  const { groups = {}, rules } = values;
  const missing = unknownGroups(values).map(([path, name]) => {
    const hint = didYouMean(name, Object.keys(groups));
    return `${locate(path)} is the group ${shownText(name)}, which is not in groups${hint}`;
  });
  if (missing.length > 0) {
    yield { problems: fewOf(missing, file) };
    return;
  }
  for (const [group, users] of Object.entries(groups)) yield { group, users };
  for (let from = 0; from < rules.length; from += PIECE_RULES) {
    const some = rules.slice(from, from + PIECE_RULES);
    yield { rules: some.map((rule, at) => ({ rule, line: line(['rules', from + at]) })) };
  }
}

/** A file that is none of rules has a problem in each line of it, and each is a line of the log. */
function fewOf(problems: readonly string[], file: string): readonly string[] {
  const left = problems.length - PROBLEMS_MAX;
  if (left <= 0) return problems;
  return [...problems.slice(0, PROBLEMS_MAX), `${file}: ${left} more like these`];
}

const PROBLEMS_MAX = 100;

/** A millisecond of compiling, and less. */
const PIECE_RULES = 20;

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

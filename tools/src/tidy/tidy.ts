import { type Excuse, excuses, excusesOf } from './excuses.js';
import type { Finding, Rule } from './rule.js';
import { type TextFile, Tree } from './tree.js';

export interface NamedFinding extends Finding {
  /** Name of the rule. */
  readonly rule: string;
}

/** Checks files against rules. The findings come sorted by place; excused ones are left out. */
export function tidy(files: readonly TextFile[], rules: readonly Rule[]): NamedFinding[] {
  const tree = new Tree(files);
  const all = [...tree.sources].flatMap(excusesOf);
  const used = new Set<Excuse>();
  const findings = rules.flatMap((rule) =>
    [...rule.check(tree)]
      .filter((finding) => {
        const excuse = rule.excusable
          ? all.find((one) => one.reason !== '' && excuses(one, rule.name, finding))
          : undefined;
        if (excuse !== undefined) used.add(excuse);
        return excuse === undefined;
      })
      .map((finding) => ({ ...finding, rule: rule.name })),
  );
  for (const excuse of all) {
    const problem = excuseProblem(excuse, rules, used.has(excuse));
    if (problem === undefined) continue;
    findings.push({ path: excuse.path, line: excuse.line, rule: 'tidy-allow', ...problem });
  }
  return findings.sort(byPlace);
}

/** One finding as a line: `file:line rule message → what to do`. */
export function formatFinding({ path, line, rule, message, fix }: NamedFinding): string {
  return `${path}:${line} ${rule} ${message} → ${fix}`;
}

function excuseProblem(
  { rule: name, reason }: Excuse,
  rules: readonly Rule[],
  used: boolean,
): Pick<Finding, 'message' | 'fix'> | undefined {
  const rule = rules.find((one) => one.name === name);
  if (rule === undefined) return { message: `there is no rule ${name}`, fix: 'correct the name' };
  if (!rule.excusable) return { message: `${name} cannot be excused`, fix: 'follow the rule' };
  if (reason === '') {
    return { message: 'no reason', fix: `write \`tidy-allow ${name}: the reason\`` };
  }
  return used ? undefined : { message: `nothing here breaks ${name}`, fix: 'delete the comment' };
}

function byPlace(a: NamedFinding, b: NamedFinding): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1;
  if (a.line !== b.line) return a.line - b.line;
  return a.rule < b.rule ? -1 : Number(a.rule > b.rule);
}

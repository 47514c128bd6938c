import { generatedFrom, markdownTable } from './markdown.js';

const DAY_S = 24 * 3600;

/** What the page shows of a limit; LIMITS of @magpie/broker is a table of these. */
export interface LimitSpec {
  readonly doc: string;
  readonly policy: string;
  readonly unit: string;
  readonly default: number | string;
  readonly min?: number;
  readonly max?: number;
  readonly values?: readonly string[];
}

/** docs/limits.md: every bound on what a peer can make grow. */
export function limitsPage(limits: Readonly<Record<string, LimitSpec>>): string {
  const rows = Object.entries(limits).map(([name, spec]) => [
    `\`${name}\``,
    spec.doc,
    valueText(spec.default, spec.unit),
    rangeText(spec),
    policyText(spec.policy, limits),
  ]);
  return `${generatedFrom('packages/broker/src/model/limits.ts')}

# Limits

Whatever a client can make grow has a bound. Set one with the flag \`--limit NAME=VALUE\`, which can
be repeated, in the \`limits:\` section of magpie.yaml, or in \`createBroker({ limits: { … } })\`.

${markdownTable(['Limit', 'Meaning', 'Default', 'Range', 'When it is reached'], rows)}
`;
}

function rangeText({ min, max, values, unit }: LimitSpec): string {
  if (values !== undefined) return values.map((value) => `\`${value}\``).join(', ');
  if (min === undefined || max === undefined) return '';
  return `${groups(min)} to ${max === Number.MAX_SAFE_INTEGER ? '2^53 − 1' : groups(max)} ${unit}`;
}

function valueText(value: number | string, unit: string): string {
  if (typeof value === 'string') return `\`${value}\``;
  if (unit === 'bytes') return bytesText(value);
  if (unit === 's' && value !== 0 && value % DAY_S === 0) return `${groups(value / DAY_S)} days`;
  return `${groups(value)} ${unit}`;
}

function bytesText(bytes: number): string {
  const units = ['KiB', 'MiB', 'GiB'];
  let value = bytes;
  let at = -1;
  while (value >= 1024 && value % 1024 === 0 && at < units.length - 1) {
    value /= 1024;
    at++;
  }
  return `${groups(value)} ${units[at] ?? 'bytes'}`;
}

/** A policy can be the name of the limit that decides it. */
function policyText(policy: string, limits: Readonly<Record<string, LimitSpec>>): string {
  return Object.hasOwn(limits, policy) ? `See \`${policy}\`.` : policy;
}

function groups(value: number): string {
  return value.toLocaleString('en-US');
}

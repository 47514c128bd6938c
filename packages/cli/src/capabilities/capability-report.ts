import type { Language } from '../language.js';
import { textTable } from '../admin/text-table.js';
import { CAPABILITIES, type Capability, type CapabilityCode } from './capability.js';

/** What was found out as a table for people, in the order of {@link CAPABILITIES}. */
export function capabilityLines(
  found: readonly Capability[],
  language: Language,
): readonly string[] {
  const words = WORDS[language];
  const rows = inOrder(found).map((one) => [
    CAPABILITIES[one.code][language],
    valueText(one, language),
    words[one.how],
  ]);
  return textTable(words.head, rows);
}

/** The same as one object of JSON. */
export function capabilityJson(server: string, found: readonly Capability[]): string {
  return JSON.stringify({ server, capabilities: inOrder(found) });
}

function inOrder(found: readonly Capability[]): readonly Capability[] {
  return ORDER.flatMap((code) => found.filter((one) => one.code === code));
}

function valueText({ value, atLeast, why }: Capability, language: Language): string {
  const words = WORDS[language];
  if (value === null) return `? ${why ?? ''}`.trim();
  if (typeof value === 'boolean') return value ? words.yes : words.no;
  if (typeof value === 'object') return value.length === 0 ? words.none : value.join(', ');
  const text = words.values[value] ?? String(value);
  return atLeast ? words.atLeast.replace('{}', text) : text;
}

interface ReportWords {
  readonly head: readonly string[];
  readonly yes: string;
  readonly no: string;
  readonly none: string;
  readonly atLeast: string;
  readonly tried: string;
  readonly told: string;
  readonly values: Readonly<Record<string, string>>;
}

const ORDER = Object.keys(CAPABILITIES) as CapabilityCode[];

const WORDS: Readonly<Record<Language, ReportWords>> = {
  en: {
    head: ['capability', 'value', 'how'],
    yes: 'yes',
    no: 'no',
    none: 'none',
    atLeast: 'at least {}',
    tried: 'tried',
    told: 'told',
    values: {},
  },
  zh: {
    head: ['能力', '值', '依据'],
    yes: '支持',
    no: '不支持',
    none: '无',
    atLeast: '至少 {}',
    tried: '实测',
    told: '服务器声明',
    values: { oldest: '最旧的消息', newest: '最新的消息' },
  },
};

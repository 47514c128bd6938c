import type { Language } from '../language.js';
import type { FindingKind, Level, Words } from './finding-kind.js';
import { MQTT_FINDINGS } from './mqtt-findings.js';
import { NETWORK_FINDINGS } from './network-findings.js';

/**
 * Everything that `magpie doctor` can find. This table is the single source: the type
 * {@link FindingCode}, both languages and the levels come from it.
 */
export const FINDINGS = {
  ...NETWORK_FINDINGS,
  ...MQTT_FINDINGS,
} as const satisfies Record<string, FindingKind>;

export type FindingCode = keyof typeof FINDINGS;

/** Something that was found, with the values that its words speak of. */
export interface Finding {
  readonly code: FindingCode;
  readonly values: Readonly<Record<string, string | number>>;
}

export function finding(
  code: FindingCode,
  values: Readonly<Record<string, string | number>> = {},
): Finding {
  return { code, values };
}

export function levelOf({ code }: Finding): Level {
  return FINDINGS[code].level;
}

/** What a finding says, and what to do about it. */
export function wordsOf({ code, values }: Finding, language: Language): Words {
  const words: Words = FINDINGS[code][language];
  const filled = (text: string) =>
    text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
  return {
    says: filled(words.says),
    ...(words.advice === undefined ? {} : { advice: filled(words.advice) }),
  };
}

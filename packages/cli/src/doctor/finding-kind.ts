import type { Language } from '../language.js';

/** How bad something is. A failure is why it does not work; a warning, why it will not for long. */
export type Level = 'good' | 'note' | 'warning' | 'failure';

/** What is said of a finding: what is so, and what to do about it. `{name}` stands for a value. */
export interface Words {
  readonly says: string;
  readonly advice?: string;
}

export interface FindingKind extends Readonly<Record<Language, Words>> {
  readonly level: Level;
}

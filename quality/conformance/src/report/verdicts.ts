import { readFileSync } from 'node:fs';

/** Why a broker fails a test. */
export interface Verdict {
  /** Who is wrong: the broker, the test, or nobody, where the standard leaves it open. */
  readonly wrong: 'broker' | 'test' | 'nobody';
  readonly why: string;
}

/** By the name of the broker, then by the name of the test. */
export type Verdicts = Readonly<Record<string, Readonly<Record<string, Verdict>>>>;

/** The table lies beside `src` and `dist`. */
export const VERDICTS_URL = new URL('../../verdicts.json', import.meta.url);

export function readVerdicts(): Verdicts {
  return JSON.parse(readFileSync(VERDICTS_URL, 'utf8')) as Verdicts;
}

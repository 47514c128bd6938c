import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { ClientOptions } from '@magpie/client';
import { examine, type Examination } from './examine.js';
import type { FindingCode } from './findings.js';
import { type Patient, patientOf } from './patient.js';

/** A connection to look into, and how. */
export interface Case {
  readonly url: string;
  readonly options?: ClientOptions;
  readonly examination?: Partial<Examination>;
  readonly lookUp?: Patient['lookUp'];
  /** Short where nothing will come. */
  readonly patienceMs?: number;
}

/**
 * A test that expects these findings, in this order; others may stand between them. `make` breaks a
 * real server in the way that is to be found.
 */
export function finds(
  name: string,
  codes: readonly FindingCode[],
  make: (t: TestContext) => Promise<Case>,
): void {
  test(`magpie doctor finds ${codes.join(', ')}: ${name}`, { timeout: 30_000 }, async (t) => {
    const found = await examined(await make(t));
    let from = 0;
    for (const code of codes) {
      const at = found.indexOf(code, from);
      assert.ok(at >= 0, `${code} is missing in ${found.join(', ')}`);
      from = at + 1;
    }
  });
}

async function examined(wish: Case): Promise<FindingCode[]> {
  const { url, options = {}, examination, lookUp, patienceMs = 10_000 } = wish;
  const patient = patientOf(new URL(url), options, {
    patienceMs,
    signal: new AbortController().signal,
  });
  const all: Examination = {
    rights: { subscribe: [], publish: [] },
    scratch: 'magpie-doctor/test',
    bytesMax: 4096,
    idleMs: 0,
    ...examination,
  };
  const found: FindingCode[] = [];
  for await (const { code } of examine({ ...patient, ...(lookUp && { lookUp }) }, all)) {
    found.push(code);
  }
  return found;
}

/** Where nothing will come, it need not be waited for any longer. */
export const SHORT_MS = 500;
